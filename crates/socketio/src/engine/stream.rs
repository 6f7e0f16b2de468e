//! The stream below a WebSocket: the raw TCP stream where it can be had, else whatever hyper gives.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::{
    Held,
    engine::{decoder::Decoder, frame::Frame, outbound::Link},
};

/// A WebSocket's byte stream with the decoder of what comes in.
pub(crate) struct Stream {
    source: Source,
    pub(crate) decoder: Decoder,
    /// What hyper had read beyond the request.
    early: Bytes,
    _held: Option<Held>,
}

enum Source {
    Tcp(OwnedReadHalf, Arc<OwnedWriteHalf>),
    Other(Box<TokioIo<Upgraded>>),
}

/// What is left of a stream when all is written.
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Other(Box<TokioIo<Upgraded>>),
}

/// How much one read takes. One buffer of each thread serves all connections, so that an idle one
/// has none.
const READ_SIZE: usize = 64 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Stream {
    /// Takes the socket out of hyper, whose own buffers are freed with it.
    pub(crate) fn new(upgraded: Upgraded, max_message: usize, held: Option<Held>) -> Self {
        let (source, early) = match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
            Ok(parts) => (Source::tcp(parts.io), parts.read_buf),
            Err(upgraded) => match upgraded.downcast::<TokioIo<TcpStream>>() {
                Ok(parts) => (Source::tcp(parts.io), parts.read_buf),
                Err(upgraded) => (Source::Other(Box::new(TokioIo::new(upgraded))), Bytes::new()),
            },
        };
        // The bytes are copied, as they may be a part of a larger buffer.
        let early = Bytes::copy_from_slice(&early);
        Self { source, decoder: Decoder::new(max_message), early, _held: held }
    }

    /// Where frames for it go.
    pub(crate) fn link(&self) -> Link {
        match &self.source {
            Source::Tcp(_, half) => Link::Direct(Arc::clone(half)),
            Source::Other(_) => Link::Owned,
        }
    }

    /// Reads once and gives what was read to `take`. 0 bytes are the end of the stream.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&mut Decoder, &mut [u8]),
    ) -> Poll<io::Result<usize>> {
        // The buffer is taken out, so that `take` may do what it likes on this thread.
        let mut buffer = BUFFER.with(RefCell::take);
        buffer.resize(READ_SIZE, 0);
        let read = self.poll_fill(cx, &mut buffer);
        if let Poll::Ready(Ok(count @ 1..)) = read {
            take(&mut self.decoder, &mut buffer[..count]);
        }
        BUFFER.with(|kept| kept.replace(buffer));
        read
    }

    /// Ready when the socket takes bytes again.
    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.source {
            Source::Tcp(_, half) => half.as_ref().as_ref().poll_write_ready(cx),
            Source::Other(_) => Poll::Ready(Ok(())),
        }
    }

    /// Writes to a stream that only its own task can write.
    pub(crate) fn poll_write_owned(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.source {
            Source::Tcp(..) => Poll::Ready(Ok(0)),
            Source::Other(io) => Pin::new(io).poll_write_vectored(cx, slices),
        }
    }

    pub(crate) fn poll_flush_owned(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.source {
            Source::Tcp(..) => Poll::Ready(Ok(())),
            Source::Other(io) => Pin::new(io).poll_flush(cx),
        }
    }

    /// Says that nothing more will be written, and forgets the half that could. With TCP the last
    /// clone of the half does it when it is dropped.
    pub(crate) fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.source {
            Source::Tcp(..) => Poll::Ready(()),
            Source::Other(io) => Pin::new(io).poll_shutdown(cx).map(|_| ()),
        }
    }

    /// Only the reading side, so that the peer sees the end of what was written.
    pub(crate) fn into_reader(self) -> Reader {
        match self.source {
            Source::Tcp(half, _) => Reader::Tcp(half),
            Source::Other(io) => Reader::Other(io),
        }
    }

    /// Writes one frame and waits for it, before the stream belongs to a connection.
    pub(crate) async fn write_frame(&mut self, frame: &Frame) -> io::Result<()> {
        match &mut self.source {
            Source::Tcp(_, half) => {
                let mut rest: &[u8] = frame.bytes();
                while !rest.is_empty() {
                    half.writable().await?;
                    match half.try_write(rest) {
                        Ok(written) => rest = &rest[written..],
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            }
            Source::Other(io) => {
                io.write_all(frame.bytes()).await?;
                io.flush().await
            }
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        if !self.early.is_empty() {
            let early = self.early.split_to(self.early.len().min(buffer.len()));
            buffer[..early.len()].copy_from_slice(&early);
            if self.early.is_empty() {
                self.early = Bytes::new();
            }
            return Poll::Ready(Ok(early.len()));
        }
        let mut target = ReadBuf::new(buffer);
        ready!(match &mut self.source {
            Source::Tcp(half, _) => Pin::new(half).poll_read(cx, &mut target),
            Source::Other(io) => Pin::new(io).poll_read(cx, &mut target),
        })?;
        Poll::Ready(Ok(target.filled().len()))
    }
}

impl Reader {
    /// Reads and forgets until the peer closes too, or nothing comes for now.
    pub(crate) fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 4096];
        loop {
            let mut target = ReadBuf::new(&mut scratch);
            let read = match self {
                Self::Tcp(half) => Pin::new(half).poll_read(cx, &mut target),
                Self::Other(io) => Pin::new(io).poll_read(cx, &mut target),
            };
            match read {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !target.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }
}

impl Source {
    fn tcp(io: TokioIo<TcpStream>) -> Self {
        let stream = io.into_inner();
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a socket does not take TCP_NODELAY");
        }
        let (reader, writer) = stream.into_split();
        Self::Tcp(reader, Arc::new(writer))
    }
}
