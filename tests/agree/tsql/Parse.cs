// Reads T-SQL statements, one a line with `\n` and `\\` for line ends and backslashes, and says of each what Microsoft's
// parser makes of it: `ok` and the number of statements, or `no` and its first complaint.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.SqlServer.TransactSql.ScriptDom;

static class Parse
{
    static string Unescape(string line)
    {
        var text = new StringBuilder();
        for (int at = 0; at < line.Length; at++)
        {
            if (line[at] != '\\') { text.Append(line[at]); continue; }
            at++;
            text.Append(line[at] == 'n' ? '\n' : line[at] == 'r' ? '\r' : line[at]);
        }
        return text.ToString();
    }

    static string Verdict(string sql)
    {
        IList<ParseError> errors;
        // Quoted identifiers are on, as every current client has them.
        var fragment = new TSql150Parser(true).Parse(new StringReader(sql), out errors);
        if (errors.Count > 0) return "no " + errors[0].Message.Replace('\r', ' ').Replace('\n', ' ');
        int statements = 0;
        var script = fragment as TSqlScript;
        if (script != null) foreach (var batch in script.Batches) statements += batch.Statements.Count;
        return "ok " + statements;
    }

    static void Main()
    {
        var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        string line;
        while ((line = input.ReadLine()) != null)
        {
            output.WriteLine(Verdict(Unescape(line)));
            output.Flush();
        }
    }
}
