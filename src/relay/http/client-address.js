import ipaddr from 'ipaddr.js';
/**
 * The key under which an address is limited: IPv4 as it is, also where it comes dressed as IPv6, and of IPv6 the /64 that
 * one subscriber has to himself.
 */
export const addressKey = (address) => {
    if (!address.includes(':'))
        return address;
    if (!ipaddr.IPv6.isValid(address))
        return 'unreadable';
    const parsed = ipaddr.IPv6.parse(address);
    return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.parts.slice(0, 4).join(':');
};
