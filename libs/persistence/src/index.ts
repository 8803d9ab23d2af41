export { isUnavailable, sqlStateOf } from './database-errors.js';
export { Database } from './database.js';
export type { DatabaseOptions, Parameters, Sql } from './database.js';
export { isStorable, storableJson } from './storable-json.js';
