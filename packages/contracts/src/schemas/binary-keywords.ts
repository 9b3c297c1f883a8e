/** Marks the JSON Schema of bytes, and says how many there may be: base64 rounds up to three. */
export const bytesKeyword = 'x-cateto-bytes';

/** Marks the JSON Schema of doubles, and says how many there may be. A list of numbers travels in another form. */
export const doublesKeyword = 'x-cateto-doubles';
