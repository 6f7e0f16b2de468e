/** What clients and the store hold in the end, against what was acked. */

import { eventually } from '../lib/eventually.js';
import { request } from '../lib/person.js';
import { NAMES } from './world.js';

/** How soon presence has to be right. */
const PRESENCE_MS = 15_000;

/** Each broken promise in a sentence. */
export async function violations(world) {
  return [
    ...(await messageViolations(world)),
    ...(await unreadViolations(world)),
    ...(await presenceViolations(world)),
  ];
}

async function messageViolations(world) {
  const found = [];
  const members = { [world.crowd]: world.devices, [world.talk]: world.devices.slice(0, 2) };
  for (const [conversationId, devices] of Object.entries(members)) {
    const sent = [...world.acked.entries()].filter(
      ([, it]) => it.conversationId === conversationId,
    );
    for (const [at, device] of devices.entries()) {
      const heard = () => {
        const messages = device.heard('newMessage', (it) => it.conversationId === conversationId);
        return new Map(messages.map((message) => [message.id, message.seq]));
      };
      const countMissing = () => sent.filter(([id]) => !heard().has(id)).length;
      await eventually(() => countMissing() === 0, 'what was acked', 20_000).catch(() =>
        found.push(`${NAMES[at]} was never told ${countMissing()} acked messages`),
      );
      const seqs = [...heard().values()];
      const broken = seqs.findIndex((seq, index) => seq !== index + 1);
      if (broken >= 0) found.push(`${NAMES[at]} heard seq ${seqs[broken]} as number ${broken + 1}`);
    }
    const stored = await world.query(
      `SELECT COUNT(*) || ' ' || COUNT(DISTINCT (sender_id, client_message_id)) || ' ' || MAX(seq)
       FROM messages WHERE conversation_id = '${conversationId}'`,
    );
    const expected = `${sent.length} ${sent.length} ${sent.length}`;
    if (stored !== expected) found.push(`stored, distinct, last are ${stored}, not ${expected}`);
  }
  if (world.freshSessions > 0) found.push(`${world.freshSessions} sessions were not recovered`);
  for (const node of world.nodes) {
    const lost = await node.lostMessages();
    if (lost !== 0) found.push(`a server counts ${lost} lost messages`);
  }
  return found;
}

async function unreadViolations(world) {
  const found = [];
  for (const [at, person] of world.people.entries()) {
    const { body } = await person.try('GET', '/conversations');
    for (const { id, unreadCount } of body.data) {
      const unread = await world.query(
        `SELECT COUNT(*) FROM messages m JOIN participants p USING (conversation_id)
         WHERE m.conversation_id = '${id}' AND p.user_id = '${person.id}'
           AND m.seq > p.last_read_seq AND m.sender_id <> p.user_id AND m.deleted_at IS NULL`,
      );
      if (Number(unread) !== unreadCount) {
        found.push(`${NAMES[at]} is shown ${unreadCount} unread, not ${unread}`);
      }
    }
  }
  return found;
}

/** Everybody is shown as they are, on both servers. */
async function presenceViolations(world) {
  const shown = async (node) => {
    const { token } = world.people[0];
    const { body } = await request(node, 'GET', `/conversations/${world.crowd}`, { token });
    return body.participants?.map(({ status }) => status).join(' ');
  };
  const isShown = async (wanted) => {
    for (const node of world.nodes) if ((await shown(node)) !== wanted.join(' ')) return false;
    return true;
  };
  const found = [];
  const wanted = NAMES.map(() => 'online');
  const all = eventually(() => isShown(wanted), 'everybody', PRESENCE_MS);
  await all.catch(async () => found.push(`shown: ${await shown(world.nodes[0])}`));
  world.devices.at(-1).close();
  wanted[wanted.length - 1] = 'offline';
  const gone = eventually(() => isShown(wanted), 'one who went', PRESENCE_MS);
  await gone.catch(async () => found.push(`after one went: ${await shown(world.nodes[1])}`));
  return found;
}
