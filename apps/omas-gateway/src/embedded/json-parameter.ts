/** JSON for a parameter of type jsonb. */
export { isStorable, storableJson as jsonParameter } from '@idaemon/persistence';
