// Whether this looks like a phone or tablet without a mouse: touch is there, and nothing points finely or hovers. A browser
// does not say whether a keyboard is attached, so this is a reason to ask the person, never to refuse.
export const looksLikeTouch = () =>
  matchMedia("(any-pointer: coarse)").matches && !matchMedia("(any-pointer: fine)").matches && !matchMedia("(any-hover: hover)").matches;
