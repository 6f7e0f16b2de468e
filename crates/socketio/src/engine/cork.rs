//! Corks: what is sent while one is in place is queued, and written once when it is taken off.

use std::cell::RefCell;

use crate::engine::Connection;

/// Queues all that is sent inside, then writes each touched connection once, directly.
///
/// Handlers need none: each turn of a connection's task is corked already, so all that one read
/// caused leaves in one write for each receiver. Corks nest; the outermost one writes. Do not wait
/// for other threads inside, as receivers wait for the end of it.
pub fn cork<R>(work: impl FnOnce() -> R) -> R {
    let _cork = Cork::put_on();
    work()
}

/// Whether a cork is in place here, in which case the connection is written when it is taken off.
///
/// `is_first` says that the caller's frames are the only ones queued: if others were, whoever queued
/// them writes them all.
pub(crate) fn defer(connection: &Connection, is_first: bool) -> bool {
    TOUCHED
        .try_with(|touched| {
            let mut touched = touched.borrow_mut();
            if touched.depth == 0 {
                return false;
            }
            if is_first {
                touched.connections.push(connection.clone());
            }
            true
        })
        .unwrap_or(false)
}

struct Cork;

#[derive(Default)]
struct Touched {
    depth: usize,
    connections: Vec<Connection>,
}

/// How much of the list's memory a thread keeps between corks.
const KEPT_CONNECTIONS: usize = 4_096;

thread_local! {
    static TOUCHED: RefCell<Touched> = RefCell::default();
}

impl Cork {
    fn put_on() -> Self {
        TOUCHED.with(|touched| touched.borrow_mut().depth += 1);
        Self
    }
}

impl Drop for Cork {
    /// Also runs when the work panics, so that what it queued before is not left lying.
    fn drop(&mut self) {
        let mut connections = TOUCHED.with(|touched| {
            let mut touched = touched.borrow_mut();
            touched.depth -= 1;
            match touched.depth {
                0 => std::mem::take(&mut touched.connections),
                _ => Vec::new(),
            }
        });
        if connections.is_empty() {
            return;
        }
        for connection in connections.drain(..) {
            connection.flush();
        }
        connections.shrink_to(KEPT_CONNECTIONS);
        TOUCHED.with(|touched| {
            let mut touched = touched.borrow_mut();
            if touched.connections.is_empty() {
                touched.connections = connections;
            }
        });
    }
}
