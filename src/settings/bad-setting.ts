/** A text that a setting does not take. The message says what it takes and does not repeat the text: it may be secret. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}
