export { postgresql } from './postgresql.connector.js';
