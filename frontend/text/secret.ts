/** The text beside a new secret, which is shown once. */
export const secretText = {
  hint: "Copy it now. It isn't shown again.",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "This browser didn't copy it. Select it and copy it yourself.",
  done: "Done",
};
