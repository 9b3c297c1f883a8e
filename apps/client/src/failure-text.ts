import { isOfProtocol, jsonText } from '@cateto/contracts';
import type { RequestError } from '@cateto/sdk';

type Failed = Pick<RequestError, 'code' | 'message' | 'data'>;

/** The line about a failed request. That of a failure that the contract declares has its code and data too. */
export function failureLine(failed: Failed): string {
  const { code, message } = failed;
  const text = failureText(failed);
  return isOfProtocol(code) || message.endsWith(code) ? text : `${code}: ${text}`;
}

/** The message of a failed request. That of a failure that the contract declares has its data too. */
export function failureText({ code, message, data }: Failed): string {
  if (isOfProtocol(code) || data === null || data === undefined) return message;
  return `${message} ${jsonText(data)}`;
}
