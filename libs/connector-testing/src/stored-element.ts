import type { ElementWrite, Reference } from '@idaemon/contracts';
import type { ConnectorStateStore, MetadataPort } from '@idaemon/connector-kit';

/** The metadata source of the connector under test. */
export const ownSource = 'the connector';

/** An element as the open metadata of tests keeps it. */
export interface StoredElement {
  readonly guid: string;
  write: ElementWrite;
  readonly collection: string;
  readonly scope: string;
  /** Whose it is: the connector's own, or that of somebody else. */
  readonly source: string;
  hash: string;
  /** GUID of the element that it hangs under, once that is known. */
  parent: string | undefined;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export type PutResult = { result: 'created' | 'updated' | 'unchanged'; stored: StoredElement };

/** What a session needs of the open metadata that it is in. */
export interface ElementStore extends MetadataPort {
  readonly state: ConnectorStateStore;
  stored(): StoredElement[];
  lookUp(reference: Reference): StoredElement | undefined;
  put(collection: string, scope: string, write: ElementWrite): PutResult;
  remove(stored: StoredElement): StoredElement[];
  parentOf(stored: StoredElement): StoredElement | undefined;
}
