import { describePostgresql } from './testing/contract.js';
import { describeMapping } from './testing/mapping.js';

describePostgresql();
describeMapping();
