/** socket.io on Node as a peer of the load generator: the token of a client names its room. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const httpServer = createServer();
const io = new Server(httpServer, { serveClient: false });
const rooms = new Map();

io.on('connection', (socket) => {
  const name = socket.handshake.auth.token;
  if (name === undefined) {
    return;
  }
  let room = rooms.get(name);
  if (room === undefined) {
    room = { lastSeq: 0 };
    rooms.set(name, room);
  }
  socket.join(name);
  socket.on('sendMessage', (message, ack) => {
    room.lastSeq += 1;
    const { lastSeq: seq } = room;
    io.to(name).emit('newMessage', { seq, message });
    ack({ seq });
  });
});

httpServer.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
