// The texts of the scripts in the page's language. The server puts them into the page.
const texts = JSON.parse(document.querySelector('meta[name="texts"]').content);
const plural = new Intl.PluralRules(document.documentElement.lang);

export function t(name, values = {}) {
  const text = texts[`${name}-${plural.select(Number(values.n))}`] ?? texts[`${name}-other`] ?? texts[name] ?? name;
  return text.replace(/%(\w+)%/g, (_, value) => values[value]);
}
