import { phoneToE164 } from '../../text/phone.ts';
import type { Buyer } from '../platform.ts';
import type { Client } from './schema.ts';

const NOBODY: Buyer = { name: null, firstName: null, email: null, phone: null, document: null };

function readName(client: Client): string | null {
  const parts = [client.first_name, client.last_name].filter((part) => part !== null);
  return client.full_name ?? (parts.join(' ') || null);
}

/** The digits of a CPF (11) or CNPJ (14); null for every other length, which would be another kind of document or a mistake. */
function readDocument(document: string | null): string | null {
  const digits = (document ?? '').replaceAll(/\D/g, '');
  return digits.length === 11 || digits.length === 14 ? digits : null;
}

/** The buyer, with the e-mail in lower case. */
export function readBuyer(client: Client | null): Buyer {
  if (client === null) {
    return { ...NOBODY };
  }
  const name = readName(client);
  const phone = client.phone === null ? null : phoneToE164(client.phone);
  return {
    name,
    firstName: client.first_name ?? name?.split(/\s+/)[0] ?? null,
    email: client.email?.toLowerCase() ?? null,
    phone,
    ...(client.phone !== null && phone === null ? { hasInvalidPhone: true } : {}),
    document: readDocument(client.document),
  };
}

/** What names the buyer of a purchase without a transaction id: e-mail, else phone, else client id. */
export function nameOfBuyer(client: Client | null, buyer: Buyer): string | null {
  return buyer.email ?? buyer.phone ?? client?.phone ?? client?.id ?? null;
}

/** True when the delivery says nothing at all by which a buyer could be known. */
export function isNobody(client: Client | null): boolean {
  return client === null || (readName(client) === null && client.email === null && client.phone === null);
}
