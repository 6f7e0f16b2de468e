//! What a large file costs that comes and is read back: the server's memory above all.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::interval;

use crate::error::{BenchError, Trying};
use crate::people::{Gathering, People};
use crate::report::{Figure, float, per};
use crate::target::Targets;

/// How often the server's memory is read.
const SAMPLE_PERIOD: Duration = Duration::from_millis(10);

/// What is written at a time.
const PIECE_BYTES: usize = 256 << 10;

const HEAD: &str =
    "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bench.bin\"\r\n\r\n";
const TAIL: &str = "\r\n--bench--\r\n";

/// One large file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Bytes of it.
    pub bytes: u64,
}

/// What one way of it took.
struct Way {
    took: Duration,
    most_kib: u64,
    answer: Vec<u8>,
    body_bytes: u64,
}

impl Upload {
    /// Whom it needs.
    pub fn gathering() -> Gathering {
        Gathering::Crowd { users: 1, acquaintances: 0 }
    }

    /// The settings in words.
    pub fn setup(&self) -> String {
        format!("a file of {} MiB that comes and is read back", self.bytes >> 20)
    }

    /// Measures once.
    ///
    /// # Errors
    /// If the file is not taken, or not read back whole.
    pub async fn run(&self, targets: &Targets, people: &People) -> Result<Vec<Figure>, BenchError> {
        let Some(user) = people.users.first() else {
            return Err(BenchError::Usage("nobody is there who could send a file".to_owned()));
        };
        let before = resident(targets)?;
        let cpu_before = targets.cpu()?;
        let length = HEAD.len() as u64 + self.bytes + TAIL.len() as u64;
        let request = format!(
            "POST /api/v1/uploads HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=bench\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{HEAD}",
            targets.first(),
            user.token
        );
        let up = self.ask(targets, &request, self.bytes).await?;
        let cpu_after = targets.cpu()?;
        let file_url = file_url(&up.answer)?;
        let request = format!(
            "GET {file_url} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            targets.first()
        );
        let down = self.ask(targets, &request, 0).await?;
        if down.body_bytes != self.bytes {
            let told = format!("{} of {} bytes were read back", down.body_bytes, self.bytes);
            return Err(BenchError::Usage(told));
        }
        let mib = float(self.bytes) / f64::from(1 << 20);
        let grown = |way: &Way| float(way.most_kib.saturating_sub(before)) / 1024.0;
        let mut figures = Vec::new();
        if let (Some(cpu_before), Some(cpu_after)) = (cpu_before, cpu_after) {
            let cpu = cpu_after.saturating_sub(cpu_before).as_secs_f64();
            figures.extend([
                Figure::new("server RSS before", "MiB", float(before) / 1024.0),
                Figure::new("server RSS growth while it comes, at most", "MiB", grown(&up)),
                Figure::new("server RSS growth while it is read, at most", "MiB", grown(&down)),
                Figure::new("server CPU per GiB that comes", "s", per(cpu * 1024.0, mib)),
            ]);
        }
        figures.extend([
            Figure::new("comes", "MiB/s", per(mib, up.took.as_secs_f64())),
            Figure::new("is read", "MiB/s", per(mib, down.took.as_secs_f64())),
        ]);
        Ok(figures)
    }

    /// Sends a request, and as many bytes after it; watches the server's memory until it has answered.
    async fn ask(&self, targets: &Targets, request: &str, bytes: u64) -> Result<Way, BenchError> {
        let began_at = Instant::now();
        let talking = talk(targets, request, bytes);
        tokio::pin!(talking);
        let mut ticks = interval(SAMPLE_PERIOD);
        let mut most_kib = 0;
        loop {
            tokio::select! {
                answered = &mut talking => {
                    let (answer, body_bytes) = answered?;
                    most_kib = most_kib.max(resident(targets)?);
                    return Ok(Way { took: began_at.elapsed(), most_kib, answer, body_bytes });
                }
                _ = ticks.tick() => most_kib = most_kib.max(resident(targets)?),
            }
        }
    }
}

/// The beginning of an answer, and how many bytes its body has.
async fn talk(targets: &Targets, request: &str, bytes: u64) -> Result<(Vec<u8>, u64), BenchError> {
    let broken = || "the server broke off".to_owned();
    let mut stream = TcpStream::connect(targets.first()).await.trying(broken)?;
    stream.write_all(request.as_bytes()).await.trying(broken)?;
    if bytes > 0 {
        // Not of a type that anybody knows.
        let piece = vec![1; PIECE_BYTES];
        let mut left = bytes;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            stream.write_all(piece.get(..count).unwrap_or_default()).await.trying(broken)?;
            left -= count as u64;
        }
        stream.write_all(TAIL.as_bytes()).await.trying(broken)?;
    }
    let (mut answer, mut head, mut all) = (Vec::new(), None, 0_u64);
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let count = stream.read(&mut buffer).await.trying(broken)?;
        if count == 0 {
            break;
        }
        all += count as u64;
        if head.is_none() {
            answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
            head = answer.windows(4).position(|end| end == b"\r\n\r\n").map(|at| at as u64 + 4);
        }
    }
    Ok((answer, all.saturating_sub(head.unwrap_or(all))))
}

fn file_url(answer: &[u8]) -> Result<String, BenchError> {
    let text = String::from_utf8_lossy(answer);
    let refused = || BenchError::Usage(format!("the file was not taken: {text}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(refused)?;
    let body: Value = serde_json::from_str(body).map_err(|_| refused())?;
    match body.get("fileUrl").and_then(Value::as_str) {
        Some(url) if head.starts_with("HTTP/1.1 201") => Ok(url.to_owned()),
        Some(_) | None => Err(refused()),
    }
}

fn resident(targets: &Targets) -> Result<u64, BenchError> {
    Ok(targets.memory()?.map_or(0, |memory| memory.resident_kib))
}
