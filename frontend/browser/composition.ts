/**
 * Whether an input method handles this key, so the studio must not. Safari fires the Enter that confirms a conversion
 * after `compositionend`: `isComposing` is false by then, and only its key code, 229, differs.
 */
export const isComposing = ({ isComposing, keyCode }: Partial<KeyboardEvent>): boolean =>
  isComposing === true || keyCode === 229;
