import { Initial1700000000000 } from './1700000000000-initial.js';

/** In order; a migration is never changed once it is released, a new one is added. */
export const daemonMigrations = [Initial1700000000000];
