export { addressPrefixLength, addressPrefixOf } from '@cateto/contracts';
