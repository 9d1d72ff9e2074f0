// An independent reader of documents in JSON-LD: another library, in another language, in its safe mode, which refuses
// a document of which anything would be dropped. Reads {document, contexts: {url: document}} on its standard input;
// prints {statements, why} as JSON: the canonical N-Quads, or why there are none. Nothing is fetched.
import jsonld from 'jsonld';
import {text} from 'node:stream/consumers';

const {document, contexts} = JSON.parse(await text(process.stdin));
const documentLoader = async url => {
  if(!contexts[url]) {
    throw new Error(`nothing is fetched: ${url}`);
  }
  return {contextUrl: null, document: contexts[url], documentUrl: url};
};
const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, safe: true};
const words = error => !error ? [] : [error.message, error.details?.event?.code, ...words(error.cause ?? error.details?.cause)];
try {
  console.log(JSON.stringify({statements: await jsonld.canonize(document, options), why: []}));
} catch(error) {
  console.log(JSON.stringify({statements: '', why: words(error).filter(Boolean)}));
}
