import { CreateHearsay1763740800004 } from './create-hearsay.js';
import { CreateReferences1763740800003 } from './create-references.js';
import { CreateSearch1763740800002 } from './create-search.js';
import { CreateSessions1763740800001 } from './create-sessions.js';
import { CreateStore1763740800000 } from './create-store.js';

/** In order. What one of them has made is changed by a later one only. */
export const migrations = [
  CreateStore1763740800000,
  CreateSessions1763740800001,
  CreateSearch1763740800002,
  CreateReferences1763740800003,
  CreateHearsay1763740800004,
];
