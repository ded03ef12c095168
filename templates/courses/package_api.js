// The run-time API of SCORM 1.2 and 2004 in the window of the package's page. It answers from what it holds and reports
// every change to the lesson's page, which keeps it.
(function () {
  "use strict";
  var start = {{ start|safe }};
  var kept = start.state;
  var others = {};
  var changes = {};
  var planned = false;

  // The lesson's page is at the top; location.origin is the site's even where the window's own origin is none.
  function report(name, running) {
    window.top.postMessage({ academy: "package", changes: changes, api: name, running: running }, location.origin);
    changes = {};
    planned = false;
  }

  function keep(key, value) {
    kept[key] = value;
    changes[key] = value;
    if (!planned) {
      planned = true;
      setTimeout(function () {
        if (planned) report();
      }, 50);
    }
  }

  function oneOf(words) {
    return function (value) {
      return words.indexOf(value) >= 0 ? "" : "type";
    };
  }
  function number(low, high) {
    return function (value) {
      if (value.trim() === "" || value.length > 20 || !isFinite(Number(value))) return "type";
      return Number(value) < low || Number(value) > high ? "range" : "";
    };
  }
  function text(most) {
    return function (value) {
      return new TextEncoder().encode(value).length > most ? "type" : "";
    };
  }
  function fixed(value) {
    return { value: value };
  }
  function stored(key, check, fallback) {
    return { key: key, check: check, fallback: fallback };
  }
  function unread(key, check) {
    return { key: key, check: check, writeOnly: true };
  }

  var entry = start.resumes ? "resume" : "ab-initio";
  var MODEL12 = {
    "cmi._version": fixed("3.4"),
    "cmi.core._children": fixed(
      "student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,lesson_mode,exit,session_time"
    ),
    "cmi.core.student_id": fixed(start.learner.id),
    "cmi.core.student_name": fixed(start.learner.name),
    "cmi.core.lesson_location": stored("location", text(1000), ""),
    "cmi.core.credit": fixed("credit"),
    "cmi.core.lesson_status": stored(
      "status",
      oneOf(["passed", "completed", "failed", "incomplete", "browsed"]),
      "not attempted"
    ),
    "cmi.core.entry": fixed(entry),
    "cmi.core.score._children": fixed("raw,min,max"),
    "cmi.core.score.raw": stored("score", number(0, 100), ""),
    "cmi.core.score.min": stored("score_min", number(0, 100), ""),
    "cmi.core.score.max": stored("score_max", number(0, 100), ""),
    "cmi.core.total_time": fixed("0000:00:00.00"),
    "cmi.core.lesson_mode": fixed("normal"),
    "cmi.core.exit": unread("exit", oneOf(["time-out", "suspend", "logout", ""])),
    "cmi.core.session_time": unread("session_time", text(40)),
    "cmi.suspend_data": stored("suspend_data", text(65536), ""),
    "cmi.launch_data": fixed(""),
    "cmi.comments_from_lms": fixed(""),
    "cmi.student_data._children": fixed("mastery_score,max_time_allowed,time_limit_action"),
    "cmi.student_data.mastery_score": fixed(""),
    "cmi.student_data.max_time_allowed": fixed(""),
    "cmi.student_data.time_limit_action": fixed(""),
  };
  var MODEL2004 = {
    "cmi._version": fixed("1.0"),
    "cmi.learner_id": fixed(start.learner.id),
    "cmi.learner_name": fixed(start.learner.name),
    "cmi.location": stored("location", text(1000)),
    "cmi.credit": fixed("credit"),
    "cmi.mode": fixed("normal"),
    "cmi.entry": fixed(entry),
    "cmi.completion_status": stored(
      "status",
      oneOf(["completed", "incomplete", "not attempted", "unknown"]),
      "unknown"
    ),
    "cmi.success_status": stored("success", oneOf(["passed", "failed", "unknown"]), "unknown"),
    "cmi.score._children": fixed("scaled,raw,min,max"),
    "cmi.score.scaled": stored("score_scaled", number(-1, 1)),
    "cmi.score.raw": stored("score", number(-Infinity, Infinity)),
    "cmi.score.min": stored("score_min", number(-Infinity, Infinity)),
    "cmi.score.max": stored("score_max", number(-Infinity, Infinity)),
    "cmi.progress_measure": stored("progress", number(0, 1)),
    "cmi.exit": unread("exit", oneOf(["time-out", "suspend", "logout", "normal", ""])),
    "cmi.session_time": unread("session_time", text(40)),
    "cmi.total_time": fixed("PT0H0M0S"),
    "cmi.suspend_data": stored("suspend_data", text(65536)),
    "cmi.launch_data": fixed(""),
    "cmi.time_limit_action": fixed("continue,no message"),
    "adl.nav.request_valid.continue": fixed("false"),
    "adl.nav.request_valid.previous": fixed("false"),
  };
  // What packages write for other systems' reports: taken and given back while the page is open, kept nowhere.
  var PASSING = /^(cmi\.(interactions|objectives|comments|comments_from_learner|student_preference|learner_preference)\b|adl\.nav\.request$)/;

  // `codes`: the numbers of the standard for each thing that can go wrong.
  function api(name, model, codes, finish) {
    var state = "new";
    var error = "0";

    function answer(code, value) {
      error = code;
      return value;
    }
    function phase(kind) {
      return state === "running" ? "" : codes[kind][state === "new" ? 0 : 1];
    }
    function get(path) {
      var wrong = phase("get");
      if (wrong) return answer(wrong, "");
      var element = Object.prototype.hasOwnProperty.call(model, path) ? model[path] : null;
      if (element && element.writeOnly) return answer(codes.writeOnly, "");
      if (element && "value" in element) return answer("0", element.value);
      if (element) {
        var value = kept[element.key];
        if (value === undefined) value = element.fallback;
        return value === undefined ? answer(codes.unset, "") : answer("0", value);
      }
      if (!PASSING.test(path)) return answer(codes.unknown, "");
      if (/\._count$/.test(path)) return answer("0", String(count(path.slice(0, -6))));
      if (path in others) return answer("0", others[path]);
      return answer(codes.unset, "");
    }
    function count(list) {
      var found = 0;
      Object.keys(others).forEach(function (path) {
        var rest = path.indexOf(list + ".") === 0 ? parseInt(path.slice(list.length + 1), 10) : NaN;
        if (rest >= found) found = rest + 1;
      });
      return found;
    }
    function set(path, value) {
      var wrong = phase("set");
      if (wrong) return answer(wrong, "false");
      value = String(value);
      var element = Object.prototype.hasOwnProperty.call(model, path) ? model[path] : null;
      if (element && "value" in element) return answer(/\._/.test(path) ? codes.keyword : codes.readOnly, "false");
      if (element) {
        var fault = element.check(value);
        if (fault) return answer(codes[fault], "false");
        keep(element.key, value);
        return answer("0", "true");
      }
      if (!PASSING.test(path)) return answer(codes.unknown, "false");
      if (/\._(count|children|version)$/.test(path)) return answer(codes.keyword, "false");
      if (Object.keys(others).length < 5000) others[path] = value.slice(0, 4096);
      return answer("0", "true");
    }
    function initialize(argument) {
      if (String(argument) !== "") return answer(codes.argument, "false");
      if (state !== "new") return answer(codes.again[state === "running" ? 0 : 1], "false");
      state = "running";
      report(name, "running");
      return answer("0", "true");
    }
    function terminate(argument) {
      if (String(argument) !== "") return answer(codes.argument, "false");
      var wrong = phase("end");
      if (wrong) return answer(wrong, "false");
      finish();
      state = "over";
      report(name, "over");
      return answer("0", "true");
    }
    function commit(argument) {
      if (String(argument) !== "") return answer(codes.argument, "false");
      var wrong = phase("commit");
      if (wrong) return answer(wrong, "false");
      report();
      return answer("0", "true");
    }
    addEventListener("message", function (event) {
      if (event.source !== window.top || !event.data || event.data.academy !== "page") return;
      Object.assign(kept, event.data.changes);
      if (event.data.api === name && event.data.running) state = event.data.running;
    });
    return {
      initialize: initialize,
      terminate: terminate,
      get: get,
      set: set,
      commit: commit,
      last: function () {
        return error;
      },
    };
  }

  var WORDS = {
    0: "No error",
    101: "General exception",
    103: "Already initialized",
    104: "Content instance terminated",
    112: "Termination before initialization",
    113: "Termination after termination",
    122: "Retrieve data before initialization",
    123: "Retrieve data after termination",
    132: "Store data before initialization",
    133: "Store data after termination",
    142: "Commit before initialization",
    143: "Commit after termination",
    201: "Invalid argument",
    301: "Not initialized",
    401: "Not implemented or undefined element",
    402: "Element is a keyword",
    403: "Element is read only or has no value",
    404: "Element is write only or read only",
    405: "Incorrect data type or write only",
    406: "Type mismatch",
    407: "Value out of range",
  };
  function words(code) {
    return WORDS[code] || "";
  }

  var old = api(
    "1.2",
    MODEL12,
    {
      argument: "201", again: ["101", "101"], get: ["301", "301"], set: ["301", "301"], commit: ["301", "301"],
      end: ["301", "301"], unknown: "401", keyword: "402", readOnly: "403", writeOnly: "404", type: "405", range: "405",
      unset: "0",
    },
    function () {
      // SCORM 1.2, 3.4.4: a package that ends without saying how is completed.
      if (!kept.status) keep("status", "completed");
    }
  );
  window.API = {
    LMSInitialize: old.initialize,
    LMSFinish: old.terminate,
    LMSGetValue: old.get,
    LMSSetValue: old.set,
    LMSCommit: old.commit,
    LMSGetLastError: old.last,
    LMSGetErrorString: words,
    LMSGetDiagnostic: words,
  };
  var recent = api(
    "2004",
    MODEL2004,
    {
      argument: "201", again: ["103", "104"], get: ["122", "123"], set: ["132", "133"], commit: ["142", "143"],
      end: ["112", "113"], unknown: "401", keyword: "404", readOnly: "404", writeOnly: "405", type: "406", range: "407",
      unset: "403",
    },
    function () {}
  );
  window.API_1484_11 = {
    Initialize: recent.initialize,
    Terminate: recent.terminate,
    GetValue: recent.get,
    SetValue: recent.set,
    Commit: recent.commit,
    GetLastError: recent.last,
    GetErrorString: words,
    GetDiagnostic: words,
    version: "1.0",
  };
})();
