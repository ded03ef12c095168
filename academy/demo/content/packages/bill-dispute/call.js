// Plays the call in script.js and reports by SCORM 1.2: place and answers as suspend data, the share of right answers as
// score; with ENOUGH of them it is passed, with fewer it may be played again.
(function () {
  "use strict";
  var ENOUGH = 4;
  var api = findApi(window);
  var given = [];
  var talk = document.getElementById("talk");
  var choices = document.getElementById("choices");

  function findApi(frame) {
    for (var depth = 0; depth < 8; depth += 1) {
      try {
        if (frame.API) return frame.API;
      } catch (closed) {
        return null; // another origin
      }
      if (frame === frame.parent) return null;
      frame = frame.parent;
    }
    return null;
  }

  function report(name, value) {
    if (api) api.LMSSetValue(name, String(value));
  }

  function say(kind, text) {
    var line = document.createElement("li");
    line.className = kind;
    line.textContent = text;
    talk.append(line);
  }

  function calm() {
    var sum = given.reduce(function (total, answer, turn) { return total + TURNS[turn].answers[answer].calm; }, OPENING);
    return Math.max(0, Math.min(100, sum));
  }

  function rights() {
    return given.filter(function (answer, turn) { return TURNS[turn].answers[answer].right; }).length;
  }

  function mood() {
    var points = calm();
    document.getElementById("calm").value = points;
    document.getElementById("mood-word").textContent = points < 30 ? "恼火" : points < 50 ? "着急" : points < 80 ? "缓和" : "满意";
  }

  function button(text, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    choices.append(made);
    return made;
  }

  function show(focus) {
    mood();
    choices.textContent = "";
    if (given.length === TURNS.length) return finish(focus);
    var turn = TURNS[given.length];
    say("customer", "客户：" + turn.says);
    var ask = document.createElement("p");
    ask.textContent = "您怎么说？（" + (given.length + 1) + " / " + TURNS.length + "）";
    choices.append(ask);
    turn.answers.forEach(function (answer, number) {
      var made = button(answer.text, function () { take(number); });
      if (focus && number === 0) made.focus();
    });
  }

  function explain(number) {
    var answer = TURNS[given.length].answers[number];
    say("agent", "您：" + answer.text);
    say(answer.right ? "why right" : "why", (answer.right ? "说得好。" : "可以更好。") + answer.why);
    given.push(number);
  }

  function take(number) {
    explain(number);
    report("cmi.suspend_data", given.join(","));
    if (given.length < TURNS.length) report("cmi.core.lesson_status", "incomplete");
    if (api) api.LMSCommit("");
    show(true);
  }

  function finish(focus) {
    var right = rights();
    var passed = right >= ENOUGH;
    report("cmi.core.score.min", 0);
    report("cmi.core.score.max", 100);
    report("cmi.core.score.raw", Math.round((100 * right) / TURNS.length));
    report("cmi.core.lesson_status", passed ? "passed" : "failed");
    if (api) api.LMSCommit("");
    var word = document.createElement("p");
    word.textContent = "通话结束，" + TURNS.length + " 句里说对 " + right + " 句。" +
      (passed ? "这一课已完成。" : "说对 " + ENOUGH + " 句才算完成，再接一次试试。");
    choices.append(word);
    var again = button("再接一次", function () {
      given = [];
      talk.textContent = "";
      report("cmi.suspend_data", "");
      show(true);
    });
    if (focus) again.focus();
  }

  if (api) api.LMSInitialize("");
  var kept = api ? api.LMSGetValue("cmi.suspend_data") : "";
  kept.split(",").filter(Boolean).map(Number).forEach(function (answer) {
    var turn = TURNS[given.length];
    if (turn && turn.answers[answer]) {
      say("customer", "客户：" + turn.says);
      explain(answer);
    }
  });
  show(false);
  addEventListener("pagehide", function () { if (api) api.LMSFinish(""); });
})();
