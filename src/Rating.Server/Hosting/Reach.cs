using System.Net;
using Rating.Domain;

namespace Rating.Server.Hosting;

/// <summary>From where the API may be reached. Without keys whoever reaches it may do everything: so from this machine only, unless the settings name the hosts under which others reach it.</summary>
/// <param name="hosts">The names besides this machine's own, as clients write them; none: this machine only.</param>
internal sealed class Reach(IReadOnlyList<string> hosts)
{
    /// <summary>This machine only.</summary>
    public static readonly Reach ThisMachine = new([]);

    /// <summary>Reads an address such as <c>http://127.0.0.1:8080</c>.</summary>
    /// <exception cref="Refused"><c>url.invalid</c>, <c>url.loopback</c></exception>
    public IPEndPoint Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.AbsolutePath != "/")
            throw new Refused("url.invalid", $"'{url}' is not an address to serve on; write one such as http://127.0.0.1:8080 (port 0 takes a free one).");
        if (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)) return new IPEndPoint(IPAddress.Loopback, uri.Port);
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && (hosts.Count > 0 || IPAddress.IsLoopback(address))) return new IPEndPoint(address, uri.Port);
        throw new Refused("url.loopback", $"'{url}' can be reached from other machines, and there are no keys yet that would keep strangers out. Serve on 127.0.0.1, and put a proxy with its own access control in front if others must reach it. Where the network itself keeps strangers out (a container's, say), write an IP address and name this server's hosts in the setting Rating:Hosts.");
    }

    /// <summary>Refuses what a web page of somebody else could make a browser send here: another host name (DNS rebinding), or another origin.</summary>
    public Task Guard(HttpContext context, RequestDelegate next)
    {
        if (!IsName(context.Request.Host.Host))
            throw new Refused("request.host", hosts.Count == 0 ? "This server answers under localhost and 127.0.0.1 only." : $"This server answers under localhost, 127.0.0.1 and the hosts of its setting Rating:Hosts only ({string.Join(", ", hosts)}).");
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsName(from.Host)))
            throw new Refused("request.origin", "Pages of other origins may not use this server.");
        return next(context);
    }

    // Whether a name that a browser or client used for this server means this server.
    private bool IsName(string host) => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || hosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
