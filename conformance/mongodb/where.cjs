// Says what Parse Server's MongoDB adapter asks the database: reads a list of
// {fields, where} from the standard input, and writes the list of MongoDB's queries.
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

process.env.PARSE_SERVER_LOGS_FOLDER = 'null'; // the logger would make a folder here
const parse = createRequire(join(__dirname, '../parse/package.json'));
const { transformWhere } = parse('parse-server/lib/Adapters/Storage/Mongo/MongoTransform');
const { EJSON } = parse('bson');

const asked = JSON.parse(readFileSync(0, 'utf8'));
console.log(EJSON.stringify(asked.map(({ fields, where }) => transformWhere('Row', where, { fields })), { relaxed: true }));
