export { isUnavailable, sqlStateOf } from './database-errors.js';
export { Database } from './database.js';
export type { DatabaseOptions } from './database.js';
export type { Parameters, Sql } from './sql.js';
export { isStorable, storableJson } from './storable-json.js';
