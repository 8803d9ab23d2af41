import type { SessionPort } from '@idaemon/connector-kit';

/** The port with some of its methods replaced. */
export function delegating(port: SessionPort, replaced: Partial<SessionPort>): SessionPort {
  return {
    write: (collection, scope, element) => port.write(collection, scope, element),
    complete: (collection, scope) => port.complete(collection, scope),
    unread: (unread, of) => port.unread(unread, of),
    change: (change, options) => port.change(change, options),
    resolve: (reference) => port.resolve(reference),
    find: (query) => port.find(query),
    relationships: (query) => port.relationships(query),
    follow: (query) => port.follow(query),
    ...replaced,
  };
}
