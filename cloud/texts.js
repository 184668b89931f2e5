// What main.js asks of single texts: notes, references and revisions. Package policy
// has the same in Go.
'use strict';

const REPLACEMENT = 0xFFFD;

// isPlaceholder says whether a text says nothing: it has no letter or digit, repeats
// a single one, or is as a whole one of the placeholders.
function isPlaceholder(text, placeholders) {
  const core = folded(text);
  if (!foldedLists.has(placeholders)) {
    foldedLists.set(placeholders, new Set(placeholders.map(placeholder => folded(placeholder).join(''))));
  }
  return core.every(letter => letter === core[0]) || foldedLists.get(placeholders).has(core.join(''));
}

const foldedLists = new WeakMap(); // each table's placeholders are folded once

// folded is what of a text counts when it is compared with the placeholders: its
// letters and digits, small, of ordinary width and without accents.
function folded(text) {
  return Array.from(text).filter(letter => /[\p{L}\p{N}]/u.test(letter)).map(letter => {
    const narrow = /[！-～]/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) - 0xFEE0) : letter;
    const small = lower(narrow);
    const base = { 'ı': 'i', 'ł': 'l' }[small] || Array.from(small.normalize('NFD'))[0];
    return /[a-zぁ-ヿ]/.test(base) ? base : small;
  });
}

// lower goes letter by letter and to one letter each, whatever the language: İ is an i.
function lower(letter) {
  return Array.from(letter.toLowerCase())[0];
}

// compareRevisions orders the revisions of a document: numbers by what they count,
// words by length and then by the alphabet, a number before a word.
function compareRevisions(a, b) {
  const [left, right] = [revisionParts(a), revisionParts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    if (left[i].number !== right[i].number) return left[i].number ? -1 : 1;
    const [one, other] = [left[i].letters, right[i].letters];
    if (one.length !== other.length) return one.length - other.length;
    const at = one.findIndex((letter, j) => letter !== other[j]);
    if (at >= 0) return one[at].codePointAt(0) - other[at].codePointAt(0);
  }
  return left.length - right.length;
}

function revisionParts(revision) {
  return (revision.match(/[0-9]+|(?:(?![0-9])[\p{L}\p{N}\p{M}])+/gu) || []).map(part => (/^[0-9]/.test(part)
    ? { number: true, letters: Array.from(part.replace(/^0+/, '')) }
    : { number: false, letters: Array.from(part).map(lower) }));
}

// lookalikes says what in a text makes it look like another one, each kind of
// fault and each character once, in the order of the text.
function lookalikes(text, invisible) {
  const letters = Array.from(text);
  const isSpace = letter => /\p{White_Space}/u.test(letter);
  const first = letters.findIndex(letter => !isSpace(letter));
  const last = letters.findLastIndex(letter => !isSpace(letter));
  const odd = notNormal(letters);
  const unseen = invisible.map(entry => entry.split('-').map(digits => parseInt(digits, 16)));
  const faultOf = (letter, code, i) => {
    if (first < 0 || i < first) return 'white space at its start';
    if (i > last) return 'white space at its end';
    if (/\p{Cc}/u.test(letter)) return 'a control character';
    if (isSpace(letter) && (letter !== ' ' || letters[i - 1] === ' ')) return 'white space other than single spaces';
    if (unreadable(code)) return 'an unreadable character';
    if (unseen.some(([low, high = low]) => code >= low && code <= high)) return 'an invisible character';
    return i === odd ? "a character that is not in Unicode's composed form NFC" : undefined;
  };
  const faults = new Set();
  letters.forEach((letter, i) => {
    const code = letter.codePointAt(0);
    const fault = faultOf(letter, code, i);
    const digits = (unreadable(code) ? REPLACEMENT : code).toString(16).toUpperCase().padStart(4, '0');
    if (fault) faults.add(`${fault} (U+${digits})`);
  });
  return [...faults];
}

// unreadable is half of a pair of surrogates too; other readers of the same text see
// the replacement character.
function unreadable(code) {
  return code === REPLACEMENT || (code >= 0xD800 && code <= 0xDFFF);
}

// notNormal finds the first letter with which a text is no longer in Unicode's
// normalization form C. A part of a text in form C is in form C too.
function notNormal(letters) {
  const isNormal = end => {
    const part = letters.slice(0, end).join('');
    return part === part.normalize('NFC');
  };
  let [low, high] = [0, letters.length];
  if (isNormal(high)) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isNormal(middle + 1)) low = middle + 1;
    else high = middle;
  }
  return low;
}

// few lists what was found for a message.
function few(found) {
  const most = 5;
  const list = found.slice(0, most);
  if (found.length > most) list.push(`and ${found.length - most} more`);
  return list.join(', ');
}

// clip keeps the beginning of a user's text that goes into a message.
function clip(text) {
  const most = 40;
  const letters = Array.from(text);
  return letters.length > most ? `${letters.slice(0, most).join('')}…` : text;
}

module.exports = { isPlaceholder, compareRevisions, lookalikes, few, clip };
