// Sorts the table of students by the column whose heading is clicked.
document.querySelectorAll("table.sortable th").forEach(function (th, column) {
  th.querySelector("button").addEventListener("click", function () {
    var down = th.getAttribute("aria-sort") === "ascending";
    var body = th.closest("table").tBodies[0];
    var rows = Array.from(body.rows);
    var text = function (row) { return row.cells[column].textContent; };
    rows.sort(function (a, b) {
      var order = text(a).localeCompare(text(b), undefined, { numeric: true });
      return down ? -order : order;
    });
    th.parentNode.querySelectorAll("th").forEach(function (other) {
      other.removeAttribute("aria-sort");
    });
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.forEach(function (row) { body.appendChild(row); });
  });
});
