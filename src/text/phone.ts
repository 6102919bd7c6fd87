import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Area code and an old mobile number of eight digits: since 2016 every Brazilian mobile number has a 9 before it (Anatel, resolução 553/2010). */
const MOBILE_WITHOUT_NINTH_DIGIT = /^([1-9]{2})([6-9]\d{7})$/;

/** `00` is how many people write `+`; in Brazil the two digits after it would name a long-distance carrier, and 55 is one of them. */
const BRAZIL_WRITTEN_WITH_ZEROS = /^\D*0055(?=\d{10,11}$)/;

function withNinthDigit(number: PhoneNumber): PhoneNumber | undefined {
  const completed = number.nationalNumber.replace(MOBILE_WITHOUT_NINTH_DIGIT, '$19$2');
  return completed === number.nationalNumber ? number : parsePhoneNumberFromString(`+55${completed}`);
}

function isLandlineOrMobile(number: PhoneNumber): boolean {
  const type = number.getType();
  return type === 'MOBILE' || type === 'FIXED_LINE' || type === 'FIXED_LINE_OR_MOBILE';
}

/**
 * The number in E.164, or null when it is not a number that can be called.
 *
 * A number without a country code is Brazilian and needs its area code (DDD). Brazilian mobile numbers written in the old way, eight digits
 * beginning with 6 to 9, get their ninth digit; landlines stay as they are. Service numbers (0800, 0300, …) are nobody's phone: null.
 */
export function phoneToE164(written: string): string | null {
  const compact = written.replace(/[\s().-]/g, '').replace(BRAZIL_WRITTEN_WITH_ZEROS, '+55');
  const parsed = parsePhoneNumberFromString(compact, { defaultCountry: 'BR', extract: false });
  if (parsed?.countryCallingCode !== '55') {
    return parsed?.isValid() ? parsed.number : null;
  }
  const number = withNinthDigit(parsed);
  return number?.isValid() && isLandlineOrMobile(number) ? number.number : null;
}
