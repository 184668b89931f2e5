// What Parse Server's MongoDB adapter asks for and FerretDB cannot do is left out, by
// wrapping prototypes of the running process; the installed packages stay as they are.
// Every shim is a limit of the stand-in and says nothing about MongoDB itself.
'use strict';

// standIn wraps what require finds and returns the databaseOptions to start with.
module.exports = function standIn(require) {
  const { Collection } = require('mongodb');
  const { default: MongoCollection } = require('parse-server/lib/Adapters/Storage/Mongo/MongoCollection');

  // Indexes: no expiry, no partial ones, no collation; none of geography.
  const { createIndex } = Collection.prototype;
  Collection.prototype.createIndex = async function (keys, options) {
    if (Object.values(keys).includes('2dsphere')) return;
    const { expireAfterSeconds, partialFilterExpression, sparse, collation, ...rest } = options ?? {};
    return createIndex.call(this, keys, rest);
  };

  // Searches: no collation, so names are compared with their case.
  const { _rawFind } = MongoCollection.prototype;
  MongoCollection.prototype._rawFind = function (query, options) {
    return _rawFind.call(this, query, { ...options, caseInsensitive: false });
  };

  return {
    maxPoolSize: 1, // updates are not atomic across connections
    createIndexUserUsernameCaseInsensitive: false,
    createIndexUserEmailCaseInsensitive: false,
  };
};
