import { CreateLog1700000000000 } from './1700000000000-create-log.js';
import { CreateFold1700000001000 } from './1700000001000-create-fold.js';
import { CreateDispatch1700000002000 } from './1700000002000-create-dispatch.js';
import { CreateSenders1700000003000 } from './1700000003000-create-senders.js';
import { FinishFoldAndDispatch1700000004000 } from './1700000004000-finish-fold-and-dispatch.js';
import { CreateReading1700000006000 } from './1700000006000-create-reading.js';

/** In order; a migration is never changed once it is released, a new one is added. */
export const lineageMigrations = [
  CreateLog1700000000000,
  CreateFold1700000001000,
  CreateDispatch1700000002000,
  CreateSenders1700000003000,
  FinishFoldAndDispatch1700000004000,
  CreateReading1700000006000,
];
