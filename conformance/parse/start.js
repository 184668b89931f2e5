// One Parse Server process of the conformance stack. stack.sh starts it, with
// everything it needs in the environment, in the folder where files are kept.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import registerChecks from './cloud.js';

const env = name => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this through conformance/run.sh`);
  return value;
};

// The server's version is the one that is installed in the folder.
const require = createRequire(`${env('PARSE_SERVER_FOLDER')}/package.json`);
const express = require('express');
const { default: ParseServer, ParseGraphQLServer, FileSystemAdapter, RedisCacheAdapter } = require('parse-server');

const app = express();
// The port is open before the server is ready: what comes meanwhile may come again.
let ready = false;
app.use((_, res, next) => (ready ? next() : res.status(503).set('Retry-After', '1').end()));
const http = createServer(app);
// Port 0 takes a free one.
await new Promise((resolve, reject) => {
  http.once('error', reject);
  http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', resolve);
});
const serverURL = `http://127.0.0.1:${http.address().port}/parse`;

const mainJS = env('CLOUD_MAIN');
const redisURL = process.env.REDIS_URL;
const databaseURI = env('DATABASE_URI');
// Nodes that share a database must hear of each other's schema changes.
let databaseOptions = { enableSchemaHooks: Boolean(redisURL) };
if (databaseURI.startsWith('mongodb:')) databaseOptions = (await import('../mongodb/shims.cjs')).default(require);

// Before version 6 a server starts by itself, and calls back.
const start = options => ParseServer.startApp
  ? new ParseServer(options).start()
  : new Promise((resolve, reject) => {
    const server = new ParseServer({ ...options, serverStartComplete: error => (error ? reject(error) : resolve(server)) });
  });

const server = await start({
  appId: env('ISOAUDIT_PARSE_APP_ID'),
  restAPIKey: env('ISOAUDIT_PARSE_REST_KEY'),
  javascriptKey: env('ISOAUDIT_PARSE_JS_KEY'),
  masterKey: env('ISOAUDIT_PARSE_MASTER_KEY'),
  masterKeyIps: ['127.0.0.1', '::1'],
  databaseURI,
  databaseOptions,
  cacheAdapter: redisURL ? new RedisCacheAdapter({ url: redisURL }) : undefined,
  serverURL,
  publicServerURL: serverURL,
  allowClientClassCreation: false,
  filesAdapter: new FileSystemAdapter(),
  fileUpload: { enableForPublic: false, enableForAnonymousUser: false, enableForAuthenticatedUser: true },
  idempotencyOptions: { paths: ['classes/.*', 'users.*', 'functions/.*'], ttl: 300 },
  liveQuery: {
    classNames: ['_User', 'AuditPlan', 'AuditFinding', 'CorrectiveAction', 'DocumentControlLog', 'AuditReview',
      'Audit', 'NonConformance', 'CAPA', 'AuditTrail', 'Check.*'],
    redisURL,
  },
  cloud: Parse => {
    if (existsSync(mainJS)) require(mainJS);
    registerChecks(Parse);
  },
  // A function that only the behaviour about limits calls.
  rateLimit: [{ requestPath: '/functions/checkLimited', requestTimeWindow: 600_000, requestCount: 2, includeInternalRequests: true }],
  // Where it is set, pages are shorter than what a client asks for.
  maxLimit: Number(process.env.PARSE_MAX_LIMIT) || undefined,
  logLevel: 'warn',
  logsFolder: null,
  // What doctor.sh gets wrong on purpose.
  ...JSON.parse(process.env.PARSE_OPTIONS ?? '{}'),
});
app.use('/parse', server.app);
new ParseGraphQLServer(server, { graphQLPath: '/graphql' }).applyGraphQL(app);
await ParseServer.createLiveQueryServer(http, { redisURL });

ready = true;
await writeFile(env('URL_FILE'), serverURL);
