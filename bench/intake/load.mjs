/**
 * The load, in a process of its own: each connection sends its next request when the last one is answered. Written on
 * sockets, so that it takes little of the machine that it shares with what it measures.
 */
import { connect } from 'node:net';
import { eventTemplate, patch } from './events.mjs';

/**
 * @typedef {object} Load
 * @property {string} url of the receiver
 * @property {number} connections
 * @property {number} seconds
 * @property {number} eventBytes
 * @property {number} [batch] events of one request; without it single events are sent
 * @property {number} [events] it ends after so many, if that is sooner
 * @property {number} [first] number of the first event
 */

process.on('message', async (load) => {
  process.send?.(await run(/** @type {Load} */ (load)));
});

/** @param {Load} load */
async function run({ url, connections, seconds, eventBytes, batch, events = Infinity, first = 0 }) {
  const target = new URL(url);
  const template = eventTemplate(eventBytes);
  const state = {
    next: first,
    end: first + events,
    until: performance.now() + seconds * 1000,
    latencies: [],
    codes: {},
    broken: 0,
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, () => converse(target, { template, batch }, state)));
  const ms = performance.now() - begun;
  const sorted = Float64Array.from(state.latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const taken = (state.codes[200] ?? 0) + (state.codes[201] ?? 0);
  return {
    perSecond: (taken * (batch ?? 1)) / (ms / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    codes: state.codes,
    broken: state.broken,
    next: state.next,
  };
}

function converse(target, shape, state) {
  return new Promise((resolve) => {
    const request = requestOf(target, shape);
    const socket = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    let sentAt = 0;
    let received = '';
    const send = () => {
      sentAt = performance.now();
      if (sentAt >= state.until || state.next >= state.end) return socket.end();
      // Copied: the socket may not have sent the last one to its end when it was refused early.
      socket.write(Buffer.from(request.next(state)));
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const code = wholeAnswer(received);
      if (code === undefined) return;
      const isLast = /\r\nconnection: close/i.test(received);
      received = '';
      state.latencies.push(performance.now() - sentAt);
      state.codes[code] = (state.codes[code] ?? 0) + 1;
      if (!isLast) send();
    });
    socket.on('error', () => (state.broken += 1));
    socket.on('close', () => {
      if (performance.now() >= state.until || state.next >= state.end) resolve(undefined);
      else converse(target, shape, state).then(resolve);
    });
  });
}

/** The status, once all of the answer is here. */
function wholeAnswer(text) {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text);
  if (text.length < headEnd + 4 + Number(length?.[1] ?? 0)) return undefined;
  return text.slice(9, 12);
}

function requestOf(target, { template, batch }) {
  const path = batch ? '/api/v1/lineage/batch' : '/api/v1/lineage';
  const events = batch ?? 1;
  const bodyBytes = batch ? (template.bytes.length + 1) * events + 1 : template.bytes.length;
  const head = `POST ${path} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\ncontent-length: ${bodyBytes}\r\n\r\n`;
  const bytes = Buffer.alloc(head.length + bodyBytes);
  bytes.write(head, 'latin1');
  return {
    next(state) {
      let at = head.length;
      if (!batch) {
        patch(template, state.next++);
        template.bytes.copy(bytes, at);
        return bytes;
      }
      for (let index = 0; index < events; index++) {
        bytes[at++] = index === 0 ? 0x5b : 0x2c;
        patch(template, state.next++);
        at += template.bytes.copy(bytes, at);
      }
      bytes[at] = 0x5d;
      return bytes;
    },
  };
}
