export { csvFolder } from './csv-folder.connector.js';
