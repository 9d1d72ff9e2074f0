// An independent judge of our credentials: other people's libraries, in another language.
// Reads {credential, did, lists: {url: document}, contexts: {url: document}} on its standard input; prints
// {verified, why} as JSON. Nothing is fetched.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {text} from 'node:stream/consumers';

const told = JSON.parse(await text(process.stdin));
const known = new Map(Object.entries({...told.contexts, ...told.lists, [told.did.id]: told.did}));
for(const method of told.did.verificationMethod) {
  known.set(method.id, {'@context': 'https://w3id.org/security/multikey/v1', ...method});
}
const documentLoader = async url => {
  if(!known.has(url)) {
    throw new Error(`nothing is fetched: ${url}`);
  }
  return {contextUrl: null, document: known.get(url), documentUrl: url};
};
const suite = new DataIntegrityProof({cryptosuite});
const why = [];
const status = async options => {
  const found = await checkStatus({...options, suite, documentLoader});
  // The library says verified when each list could be read; what its bits say stands beside it.
  const set = (found.results ?? []).some(one => one.status);
  why.push(...[found.error?.message].filter(Boolean));
  return {...found, verified: found.verified && !set, error: set ? new Error('status is set') : found.error};
};
const found = await verifyCredential({credential: told.credential, suite, documentLoader, checkStatus: status});
const words = error => !error ? [] : [error.message, ...(error.errors ?? []).flatMap(words)];
console.log(JSON.stringify({verified: found.verified, why: [...why, ...words(found.error)]}));
