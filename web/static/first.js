"use strict";
// Where there is room for the list beside a talk, the talk that waits longest opens at once.

const { first } = document.currentScript.dataset;
if (first && matchMedia("(min-width: 1241px)").matches) location.replace(first);
