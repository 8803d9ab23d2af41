import { describePostgresql } from './__testing__/contract.js';

describePostgresql();
