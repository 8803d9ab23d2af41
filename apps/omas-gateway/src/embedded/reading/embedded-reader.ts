import { NotFoundError, type Reference } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import type { ReadingAnswers } from '../../open-metadata-store.js';
import { ChangeFeed } from './change-feed.js';
import { ChangeFollower } from './change-follower.js';
import { ConnectorStates } from './connector-state.js';
import { DeadLetters, type Rewrite } from './dead-letters.js';
import { ElementHistory } from './element-history.js';
import { ElementLists } from './element-lists.js';
import { ElementLookup } from './element-lookup.js';
import { ElementSearch } from './element-search.js';
import { GraphQueries } from './graph-queries.js';
import { RelationshipLists } from './relationship-lists.js';
import { termsOf } from './text-match.js';

export interface ReaderParts {
  /** Reads only, with a time limit for each statement. */
  reading: Sql;
  writing: Sql;
  rewrite: Rewrite;
}

/** The reading side of the embedded store. */
export function embeddedReader({ reading, writing, rewrite }: ReaderParts): ReadingAnswers {
  const lists = new ElementLists(reading);
  const search = new ElementSearch(reading);
  const lookup = new ElementLookup(reading);
  const relationships = new RelationshipLists(reading);
  const history = new ElementHistory(reading);
  const graphs = new GraphQueries(reading);
  const feed = new ChangeFeed(reading);
  const follower = new ChangeFollower(reading);
  const deadLetters = new DeadLetters(writing, rewrite);
  const states = new ConnectorStates(writing);
  return {
    elements: (query) => lists.page(query),
    element: ({ guid }) => lookup.byGuid(guid),
    resolve: async ({ element }) => ({ element: await lookup.resolve(element) }),
    relationships: (query) => relationships.page(query),
    history: (query) => history.page(query),
    search: (query) => (termsOf(query.q ?? '').length > 0 ? search.page(query) : lists.page(query)),
    neighbourhood: (query) => graphs.neighbourhood(query),
    lineage: async (query) => {
      const start = await lookup.rowOf(query.node);
      if (start) return graphs.lineage(start.id, query);
      throw new NotFoundError(`Nothing is known of ${nameOf(query.node)}`, {
        action: 'Search for it by name, or refresh the connector that catalogues it.',
      });
    },
    changes: (query) => feed.read(query),
    follow: (query) => follower.follow(query),
    deadLetters: (query) => deadLetters.page(query),
    deadLetter: ({ id }) => deadLetters.get(id),
    replayDeadLetter: async (request) => ({ result: await deadLetters.replay(request) }),
    discardDeadLetter: async ({ id }) => {
      await deadLetters.discard(id);
      return {};
    },
    getState: (key) => states.get(key),
  };
}

function nameOf({ type, guid, locator, qualifiedName }: Reference): string {
  const place = locator && `${locator.name} in ${locator.namespace}`;
  return `${type} ${qualifiedName ?? place ?? guid ?? ''}`;
}
