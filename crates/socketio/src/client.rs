//! One connection's namespaces.
use crate::Socket;
pub(crate) struct ClientState;
impl ClientState {
    pub(crate) fn end_by_server(&self, socket: &Socket) {
        socket.end();
    }
}
