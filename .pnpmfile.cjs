/*
 * What a published manifest does without: what only this workspace needs. The binary's development dependencies are private
 * apps, whose names belong to strangers on the registry.
 */
module.exports = {
  hooks: {
    beforePacking({ devDependencies: _tools, scripts: _ours, ...published }) {
      return published;
    },
  },
};
