export { LineageIntakeModule } from './lineage-intake.module.js';
