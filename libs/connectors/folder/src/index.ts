export { folder } from './folder.connector.js';
