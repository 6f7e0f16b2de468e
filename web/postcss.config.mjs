/** Tailwind is the one thing between our styles and the browser's. */

export default { plugins: { '@tailwindcss/postcss': {} } };
