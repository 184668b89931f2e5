// One Parse Server process of the conformance stack. stack.sh starts it, with
// everything it needs in the environment, in the folder where files are kept.
import { writeFile, access } from 'node:fs/promises';
import { createServer } from 'node:http';
import express from 'express';
import { ParseServer, ParseGraphQLServer, FileSystemAdapter, RedisCacheAdapter } from 'parse-server';
import registerChecks from './cloud.js';

const env = name => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this through conformance/run.sh`);
  return value;
};

const exists = path => access(path).then(() => true, () => false);

const app = express();
// The port is open before the server is ready: what comes meanwhile may come again.
let ready = false;
app.use((_, res, next) => (ready ? next() : res.status(503).set('Retry-After', '1').end()));
const http = createServer(app);
// Port 0 takes a free one; a node that comes back asks for the port it had.
await new Promise((resolve, reject) => {
  http.once('error', reject);
  http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', resolve);
});
const serverURL = `http://127.0.0.1:${http.address().port}/parse`;

const mainJS = env('CLOUD_MAIN');
const redisURL = process.env.REDIS_URL;

const server = new ParseServer({
  appId: env('ISOAUDIT_PARSE_APP_ID'),
  restAPIKey: env('ISOAUDIT_PARSE_REST_KEY'),
  javascriptKey: env('ISOAUDIT_PARSE_JS_KEY'),
  masterKey: env('ISOAUDIT_PARSE_MASTER_KEY'),
  masterKeyIps: ['127.0.0.1', '::1'],
  databaseURI: env('DATABASE_URI'),
  // Nodes that share a database must hear of each other's schema changes.
  databaseOptions: { enableSchemaHooks: Boolean(redisURL) },
  cacheAdapter: redisURL ? new RedisCacheAdapter({ url: redisURL }) : undefined,
  serverURL,
  publicServerURL: serverURL,
  allowClientClassCreation: false,
  filesAdapter: new FileSystemAdapter(),
  fileUpload: { enableForPublic: false, enableForAnonymousUser: false, enableForAuthenticatedUser: true },
  idempotencyOptions: { paths: ['classes/.*', 'users.*', 'functions/.*'], ttl: 300 },
  liveQuery: {
    classNames: ['_User', 'AuditPlan', 'AuditFinding', 'CorrectiveAction', 'DocumentControlLog', 'AuditReview', 'Check.*'],
    redisURL,
  },
  cloud: async Parse => {
    if (await exists(mainJS)) await import(mainJS);
    registerChecks(Parse);
  },
  // A function that only the behaviour about limits calls.
  rateLimit: [{ requestPath: '/functions/checkLimited', requestTimeWindow: 600_000, requestCount: 2, includeInternalRequests: true }],
  logLevel: 'warn',
  logsFolder: null,
});
await server.start();
app.use('/parse', server.app);
new ParseGraphQLServer(server, { graphQLPath: '/graphql' }).applyGraphQL(app);
await ParseServer.createLiveQueryServer(http, { redisURL });

ready = true;
await writeFile(env('URL_FILE'), serverURL);
