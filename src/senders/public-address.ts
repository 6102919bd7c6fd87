import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IANA's special-purpose registries (iana-ipv4-special-registry, iana-ipv6-special-registry) and multicast: nobody's address on the internet. */
const SPECIAL_IPV4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** All of IPv6 that is given out for the internet today (RFC 4291 §2.4). Addresses that hold an IPv4 address (mapped, NAT64) lie outside it. */
const GLOBAL_IPV6: [network: string, prefix: number] = ['2000::', 3];
/** What of it is special: Teredo and others, documentation, 6to4. */
const SPECIAL_IPV6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_IPV4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_IPV6) special.addSubnet(network, prefix, 'ipv6');
const globalIpv6 = new BlockList();
globalIpv6.addSubnet(...GLOBAL_IPV6, 'ipv6');

/** A host or address that a message must not be sent to. */
export class AddressNotAllowed extends Error {
  constructor() {
    super('The address is not on the list of allowed hosts');
    this.name = 'AddressNotAllowed';
  }
}

function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4');
  return globalIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** As it is written in a list: lower case, without an IPv6 address's brackets and a name's last dot. */
function hostName(written: string): string {
  return written
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$|\.$/g, '');
}

export interface AddressGuard {
  /** Whether the list names the URL's host, be it a name or an address. */
  allows(url: URL): boolean;
  /** Resolves names for a connection and gives an `AddressNotAllowed` for those that lead to an address that is not allowed. */
  lookup: LookupFunction;
}

/**
 * Keeps requests from reaching what only this machine or its network can reach (private, loopback, link-local and metadata addresses).
 * The check is made on the very addresses that are connected to, so a name that resolves differently the next time (DNS rebinding) gains nothing.
 * @param allowedHosts names and addresses that may be sent to. A private address has to be named itself; a name that leads to it is not enough.
 * @param resolveName for tests
 */
export function createAddressGuard(
  allowedHosts: readonly string[],
  resolveName: typeof resolve = resolve,
): AddressGuard {
  const allowed = new Set(allowedHosts.map(hostName));
  const isAllowed = (address: string) => isPublicAddress(address) || allowed.has(address);

  return {
    allows: (url) => allowed.has(hostName(url.hostname)),
    lookup(name, options, callback) {
      resolveName(name, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        const [first] = addresses;
        if (!first || !addresses.every(({ address }) => isAllowed(address)))
          return callback(new AddressNotAllowed(), '');
        if (options.all) return callback(null, addresses);
        callback(null, first.address, first.family);
      });
    },
  };
}
