//! One connection's namespaces: the Socket.IO side of the engine's application.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::value::RawValue;

use crate::{
    Accept, Ack, Config, DisconnectReason, Event, Handshake, Reject, Socket,
    engine::{
        Application, Connection, Malformed, Message, connection::Urgency, frame::Frame,
        id::SessionId,
    },
    handler::DynHandler,
    namespace::NamespaceInner,
    protocol::{
        self,
        decode::{ClientBody, ClientPacket, decode},
    },
    recovery,
};

/// All namespaces of a server, as an application of the engine.
pub(crate) struct Namespaces {
    by_name: HashMap<Arc<str>, Arc<NamespaceInner>>,
    root: Arc<NamespaceInner>,
    config: Config,
}

/// What a connection holds: its sockets, and a packet whose attachments are still to come.
pub(crate) struct ClientState {
    connection: Connection,
    handshake: Handshake,
    table: Mutex<Table>,
}

/// What waits for its turn.
pub(crate) enum Work {
    Packet(ClientPacket, Vec<Bytes>),
    Ended(Socket, DisconnectReason),
}

#[derive(Default)]
struct Table {
    /// At most one for each namespace, so it is searched.
    sockets: Vec<Socket>,
    /// The socket whose `connect` handler runs.
    connecting: Option<Socket>,
    /// Ended by the server; their `disconnected` handler is still to run.
    ended: Vec<Socket>,
    /// Namespaces that were left. What the client sent before it heard of that is no offence.
    left: Vec<Arc<str>>,
    assembly: Option<Box<Assembly>>,
    has_joined: bool,
}

/// A binary packet whose attachments are still to come.
struct Assembly {
    packet: ClientPacket,
    attachments: Vec<Bytes>,
    size_bytes: usize,
}

/// How much larger than one message a binary packet may be with its attachments.
const ASSEMBLY_FACTOR: usize = 4;

impl Namespaces {
    pub(crate) fn new(namespaces: Vec<NamespaceInner>, config: Config) -> Self {
        let mut by_name: HashMap<_, _> = namespaces
            .into_iter()
            .map(|namespace| (Arc::clone(&namespace.name), Arc::new(namespace)))
            .collect();
        let made = || Arc::new(NamespaceInner::new("/", None, config.max_pending_acks));
        let root = Arc::clone(by_name.entry("/".into()).or_insert_with(made));
        Self { by_name, root, config }
    }

    pub(crate) const fn root(&self) -> &Arc<NamespaceInner> {
        &self.root
    }

    /// The namespace, if the application asked for it.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<NamespaceInner>> {
        self.by_name.get(name).filter(|namespace| namespace.handler.is_some())
    }

    pub(crate) fn socket_count(&self) -> usize {
        self.by_name.values().map(|namespace| namespace.len()).sum()
    }

    fn find(&self, name: Option<&str>) -> Option<(&Arc<NamespaceInner>, &dyn DynHandler)> {
        let namespace = match name {
            None => &self.root,
            Some(name) => self.by_name.get(name)?,
        };
        namespace.handler.as_deref().map(|handler| (namespace, handler))
    }

    async fn connect(
        &self,
        client: &Arc<ClientState>,
        name: Option<&str>,
        auth: Option<&RawValue>,
    ) {
        let connection = &client.connection;
        // A socket made after `closing` was called would not be ended by it, and one made after
        // `closed` would never hear of its end.
        if !connection.is_open() {
            return;
        }
        if client.socket(name).is_some() {
            return connection.close(DisconnectReason::ForcedServerClose);
        }
        let Some((namespace, handler)) = self.find(name) else {
            let name = name.unwrap_or("/");
            let refusal = protocol::connect_error_frame(name, "Invalid namespace", None);
            return connection.push(&[refusal], Urgency::Durable);
        };
        let id = match SessionId::random() {
            Ok(id) => id,
            Err(error) => {
                tracing::error!(%error, "a socket could not be made");
                return connection.close(DisconnectReason::ForcedServerClose);
            }
        };
        let weak = Arc::downgrade(client);
        let namespace_clone = Arc::clone(namespace);
        let socket = Socket::new(id.as_str().into(), namespace_clone, connection.clone(), weak);
        client.table.lock().connecting = Some(socket.clone());
        let answer = handler.connect(&socket, &client.handshake, auth).await;
        client.table.lock().connecting = None;
        match answer {
            Ok(accept) => accept_socket(client, namespace, handler, &socket, accept).await,
            Err(Reject::Refuse { message, data }) => {
                socket.end();
                let refusal =
                    protocol::connect_error_frame(&namespace.name, &message, data.as_deref());
                connection.push(&[refusal], Urgency::Durable);
            }
            Err(Reject::CloseTransport) => {
                socket.end();
                connection.close(DisconnectReason::ForcedClose);
            }
        }
    }
}

impl Application for Namespaces {
    type State = Arc<ClientState>;
    type Work = Work;

    fn open(&self, connection: &Connection, handshake: Handshake) -> Arc<ClientState> {
        connection.set_deadline(self.config.connect_timeout);
        let connection = connection.clone();
        Arc::new(ClientState { connection, handshake, table: Mutex::default() })
    }

    fn receive(
        &self,
        connection: &Connection,
        client: &Arc<ClientState>,
        message: Message<'_>,
    ) -> Result<Option<Work>, Malformed> {
        let (packet, attachments) = match message {
            Message::Text(text) => {
                let packet = decode(text, self.config.max_attachments)?;
                let Some(packet) = client.begin_assembly(packet)? else {
                    connection.set_deadline(self.config.connect_timeout);
                    return Ok(None);
                };
                (packet, Vec::new())
            }
            Message::Binary(bytes) => {
                let limit = self.config.max_payload.saturating_mul(ASSEMBLY_FACTOR);
                match client.continue_assembly(bytes, limit)? {
                    Some(complete) => complete,
                    None => return Ok(None),
                }
            }
        };
        match packet.body {
            // At once, since a handler may be waiting for it.
            ClientBody::Ack { id, args } => {
                if let Some(socket) = client.socket(packet.namespace.as_deref()) {
                    socket.acks().resolve(id, args);
                }
                Ok(None)
            }
            ClientBody::Connect { .. } | ClientBody::Disconnect | ClientBody::Event { .. } => {
                Ok(Some(Work::Packet(packet, attachments)))
            }
        }
    }

    fn work_bytes(&self, work: &Work, message_bytes: usize) -> usize {
        match work {
            Work::Packet(packet, attachments) => {
                packet.size_bytes + attachments.iter().map(Bytes::len).sum::<usize>()
            }
            Work::Ended(..) => message_bytes,
        }
    }

    fn pending(&self, client: &Arc<ClientState>) -> Option<Work> {
        let ended = client.table.lock().ended.pop();
        ended.map(|socket| Work::Ended(socket, DisconnectReason::ServerNamespaceDisconnect))
    }

    async fn handle(&self, _: &Connection, client: &Arc<ClientState>, work: Work) {
        let (packet, attachments) = match work {
            Work::Packet(packet, attachments) => (packet, attachments),
            Work::Ended(socket, reason) => return disconnected(&socket, reason).await,
        };
        let name = packet.namespace.as_deref();
        match packet.body {
            ClientBody::Connect { auth } => self.connect(client, name, auth.as_deref()).await,
            ClientBody::Disconnect => {
                let Some(socket) = client.addressee(name) else { return };
                if client.table.lock().remove(&socket) {
                    disconnected(&socket, DisconnectReason::ClientNamespaceDisconnect).await;
                }
            }
            ClientBody::Event { name: event, args, ack_id } => {
                let Some(socket) = client.addressee(name) else { return };
                let ack = ack_id.map(|id| Ack { socket: socket.clone(), id });
                let event = Event { name: event, args, attachments, ack };
                if let Some(handler) = socket.namespace_inner().handler.as_deref() {
                    handler.event(&socket, event).await;
                }
            }
            ClientBody::Ack { .. } => {}
        }
    }

    fn closing(&self, _: &Connection, client: &Arc<ClientState>, _: DisconnectReason) {
        let sockets = {
            let mut table = client.table.lock();
            table.assembly = None;
            let connecting = table.connecting.clone();
            table.sockets.iter().cloned().chain(connecting).collect::<Vec<_>>()
        };
        for socket in sockets {
            socket.end();
        }
    }

    async fn closed(&self, _: &Connection, client: &Arc<ClientState>, reason: DisconnectReason) {
        let sockets = std::mem::take(&mut client.table.lock().sockets);
        for socket in sockets {
            disconnected(&socket, reason).await;
        }
    }
}

impl ClientState {
    /// Ends a socket on the server's wish, and tells the client by that frame. The socket's handler
    /// hears of it on the connection's task, whatever else ends meanwhile: the socket is at all times
    /// in one of the two lists that the task looks through before it ends.
    pub(crate) fn end_by_server(&self, socket: &Socket, farewell: Frame) {
        {
            let mut table = self.table.lock();
            if !table.remove(socket) {
                return;
            }
            table.ended.push(socket.clone());
        }
        socket.end();
        self.connection.push(&[farewell], Urgency::Durable);
        self.connection.wake();
    }

    /// The socket that a packet is for. A packet for a namespace that was never joined closes the
    /// connection, as the official server does.
    fn addressee(&self, name: Option<&str>) -> Option<Socket> {
        let socket = self.socket(name);
        if socket.is_none() && !self.has_left(name) {
            self.connection.close(DisconnectReason::ForcedServerClose);
        }
        socket
    }

    fn socket(&self, name: Option<&str>) -> Option<Socket> {
        let name = name.unwrap_or("/");
        let table = self.table.lock();
        table.sockets.iter().find(|socket| socket.namespace_name().as_ref() == name).cloned()
    }

    fn has_left(&self, name: Option<&str>) -> bool {
        let name = name.unwrap_or("/");
        self.table.lock().left.iter().any(|left| left.as_ref() == name)
    }

    /// Gives the packet back if it is complete, else keeps it until its attachments have come.
    fn begin_assembly(&self, packet: ClientPacket) -> Result<Option<ClientPacket>, Malformed> {
        let mut table = self.table.lock();
        if table.assembly.is_some() {
            return Err(Malformed);
        }
        if packet.attachments == 0 {
            return Ok(Some(packet));
        }
        table.assembly =
            Some(Box::new(Assembly { packet, attachments: Vec::new(), size_bytes: 0 }));
        Ok(None)
    }

    fn continue_assembly(
        &self,
        bytes: &[u8],
        limit: usize,
    ) -> Result<Option<(ClientPacket, Vec<Bytes>)>, Malformed> {
        let mut table = self.table.lock();
        let mut assembly = table.assembly.take().ok_or(Malformed)?;
        assembly.size_bytes += bytes.len();
        if assembly.size_bytes > limit {
            return Err(Malformed);
        }
        assembly.attachments.push(Bytes::copy_from_slice(bytes));
        if assembly.attachments.len() < assembly.packet.attachments {
            table.assembly = Some(assembly);
            return Ok(None);
        }
        if table.has_joined {
            self.connection.lift_deadline();
        }
        Ok(Some((assembly.packet, assembly.attachments)))
    }
}

impl Table {
    /// Takes a socket out. False if another did, who then tells its handler.
    fn remove(&mut self, socket: &Socket) -> bool {
        let Some(index) = self.sockets.iter().position(|known| known == socket) else {
            return false;
        };
        let removed = self.sockets.swap_remove(index);
        let name = removed.namespace_name();
        if !self.left.contains(name) {
            self.left.push(Arc::clone(name));
        }
        true
    }
}

async fn accept_socket(
    client: &Arc<ClientState>,
    namespace: &Arc<NamespaceInner>,
    handler: &dyn DynHandler,
    socket: &Socket,
    accept: Accept,
) {
    let answer = protocol::connect_frame(&namespace.name, socket.id(), accept.pid.as_deref());
    {
        let mut table = client.table.lock();
        table.sockets.push(socket.clone());
        table.left.retain(|left| *left != namespace.name);
        table.has_joined = true;
        if table.assembly.is_none() {
            client.connection.lift_deadline();
        }
    }
    namespace.add(socket);
    if socket.open(answer, accept.missed.is_some()) {
        if let Some(missed) = accept.missed {
            client.connection.core().tasks.spawn(recovery::replay(socket.clone(), missed));
        }
        handler.connected(socket).await;
    } else {
        // The transport ended meanwhile. The socket is in the table, so `closed` tells the handler.
        namespace.remove(socket);
    }
}

/// Ends the socket first, unless whoever took it out of the table did so already.
async fn disconnected(socket: &Socket, reason: DisconnectReason) {
    socket.end();
    if let Some(handler) = socket.namespace_inner().handler.as_deref() {
        handler.disconnected(socket, reason).await;
    }
}
