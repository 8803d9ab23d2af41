/** `apache-kafka` → `apacheKafka`. @param {string} kebab */
export function camelCase(kebab) {
  return kebab.replaceAll(/-([a-z0-9])/g, (_match, letter) => String(letter).toUpperCase());
}

/** `apache-kafka` → `ApacheKafka`. @param {string} kebab */
export function pascalCase(kebab) {
  const name = camelCase(kebab);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `files` and `files-integrator` → `files-integrator`. @param {string} name */
export function serviceName(name) {
  return name.endsWith('-integrator') ? name : `${name}-integrator`;
}

/** `KafkaTopic` → `kafkaTopics`. @param {string} type */
export function collectionName(type) {
  const name = type.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (start) => start.toLowerCase());
  if (/[^aeiou]y$/.test(name)) return name.replace(/y$/, 'ies');
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
