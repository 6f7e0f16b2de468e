//! What a process and the kernel use, read from `/proc`.

use std::fs;
use std::time::Duration;

use crate::error::{BenchError, Trying};

/// Memory of one process, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident, files that are mapped (the program itself) included.
    pub resident_kib: u64,
    /// Resident and belonging to no file: heap and stacks.
    pub anonymous_kib: u64,
}

/// Memory that the kernel holds for the sockets of the whole machine, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelMemory {
    /// Data in TCP's send and receive buffers.
    pub tcp_buffers_kib: u64,
    /// Kernel objects that cannot be reclaimed: sockets, files, epoll entries and all others.
    pub slab_kib: u64,
}

/// What process `pid` has resident now.
pub fn memory_of(pid: u32) -> Result<Memory, BenchError> {
    let text = read(&format!("/proc/{pid}/status"))?;
    parse_memory(&text).ok_or_else(|| unreadable(&format!("/proc/{pid}/status")))
}

/// Processor time of process `pid` since its start, in user and kernel mode, all threads, to 10 ms.
pub fn cpu_of(pid: u32) -> Result<Duration, BenchError> {
    let text = read(&format!("/proc/{pid}/stat"))?;
    let ticks = parse_ticks(&text).ok_or_else(|| unreadable(&format!("/proc/{pid}/stat")))?;
    let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_millis(ticks.saturating_mul(1000) / ticks_per_second))
}

/// Processor time of this process since its start.
pub fn own_cpu() -> Result<Duration, BenchError> {
    cpu_of(std::process::id())
}

/// What the kernel holds for sockets now.
pub fn kernel_memory() -> Result<KernelMemory, BenchError> {
    let pages = parse_tcp_pages(&read("/proc/net/sockstat")?)
        .ok_or_else(|| unreadable("/proc/net/sockstat"))?;
    let page_kib = u64::try_from(rustix::param::page_size()).unwrap_or(4096) / 1024;
    let slab_kib = kib_after(&read("/proc/meminfo")?, "SUnreclaim:")
        .ok_or_else(|| unreadable("/proc/meminfo"))?;
    Ok(KernelMemory { tcp_buffers_kib: pages.saturating_mul(page_kib), slab_kib })
}

/// The figure of a line such as `VmRSS:   1234 kB`.
pub(crate) fn kib_after(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn read(path: &str) -> Result<String, BenchError> {
    fs::read_to_string(path).trying(|| format!("{path} cannot be read"))
}

fn unreadable(path: &str) -> BenchError {
    BenchError::Usage(format!("{path} is not as Linux writes it"))
}

fn parse_memory(status: &str) -> Option<Memory> {
    Some(Memory {
        resident_kib: kib_after(status, "VmRSS:")?,
        anonymous_kib: kib_after(status, "RssAnon:")?,
    })
}

fn parse_ticks(stat: &str) -> Option<u64> {
    // The program's name stands in parentheses and may itself hold spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user.saturating_add(kernel))
}

fn parse_tcp_pages(sockstat: &str) -> Option<u64> {
    let line = sockstat.lines().find(|line| line.starts_with("TCP:"))?;
    let mut words = line.split_whitespace().skip_while(|word| *word != "mem");
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_status() {
        let status = "Name:\tsalala\nVmHWM:\t   99 kB\nVmRSS:\t   70 kB\nRssAnon:\t   50 kB\n";
        let expected = Memory { resident_kib: 70, anonymous_kib: 50 };
        assert_eq!(parse_memory(status), Some(expected));
        assert_eq!(parse_memory("Name:\tsalala\n"), None);
    }

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 0 0 20 0 3 0 5 0 0";
        assert_eq!(parse_ticks(stat), Some(42));
        assert_eq!(parse_ticks("7 (salala) S"), None);
    }

    #[test]
    fn buffers_are_those_of_tcp() {
        let sockstat = "sockets: used 14\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 21\n\
                        UDP: inuse 0 mem 5\n";
        assert_eq!(parse_tcp_pages(sockstat), Some(21));
        assert_eq!(parse_tcp_pages("UDP: inuse 0 mem 5"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        assert!(memory_of(std::process::id()).unwrap().resident_kib > 0);
        own_cpu().unwrap();
        kernel_memory().unwrap();
    }
}
