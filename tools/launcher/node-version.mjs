/** The oldest Node that the apps run on; the same as `engines` in package.json. */
const oldest = [20, 19];

/** @param {string} version @returns {string | undefined} */
export function whyNodeIsTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Node ${version} is too old. Install Node ${oldest.join('.')} or newer, for example with "nvm install 24".`;
}
