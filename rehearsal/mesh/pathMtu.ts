import type { PathSeen } from "../../lib/plan/mesh";

/**
 * Finds the largest packet that passes to each address without being cut up, by ICMP echoes that forbid it: what the
 * mesh's own packets need, which are UDP, so that neither an MSS that is clamped nor a TCP that probes hides a narrow link.
 *
 * In Perl, because Cilium's image is an Ubuntu in which `perl-base` is essential, and has no `ping` (cilium/cilium v1.19.5,
 * images/runtime). Its agent has CAP_NET_RAW. Arguments: bytes that are wanted, 0 for the MTU of the own interface; then
 * addresses. One line each: address, bytes wanted, bytes passed.
 */
const PROBE = `
use strict; use Socket;
my ($given, @addresses) = @ARGV;
sub sum {
  my ($text) = @_; my $sum = 0;
  $sum += $_ for unpack("n*", length($text) % 2 ? "$text\\0" : $text);
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}
sub interface {
  socket(my $way, PF_INET, SOCK_DGRAM, 0) or return 1500;
  connect($way, sockaddr_in(9, inet_aton($_[0]))) or return 1500;
  return unpack("i", getsockopt($way, 0, 14));
}
sub answered {
  my ($raw, $id, $number, $address) = @_;
  my $left = 0.8;
  while ($left > 0) {
    my $ready = ""; vec($ready, fileno($raw), 1) = 1;
    (my $found, $left) = select($ready, undef, undef, $left);
    return 0 unless $found && $found > 0;
    my $from = recv($raw, my $packet, 65535, 0) or next;
    my ($type, $code, undef, $own, $seen) = unpack("C2 n3", substr($packet, (ord($packet) & 15) * 4));
    return 1 if $type == 0 && $own == $id && $seen == $number && (sockaddr_in($from))[1] eq inet_aton($address);
  }
  return 0;
}
my $number = 0;
sub passes {
  my ($raw, $address, $bytes) = @_;
  my $id = $$ & 0xffff;
  for (1 .. 2) {
    $number++;
    my $rest = pack("n2", $id, $number) . ("\\0" x ($bytes - 28));
    my $packet = pack("C2 n", 8, 0, sum(pack("C2 n", 8, 0, 0) . $rest)) . $rest;
    my $sent = send($raw, $packet, 0, sockaddr_in(0, inet_aton($address)));
    return 0 if !defined($sent) && $!{EMSGSIZE};
    return 1 if defined($sent) && answered($raw, $id, $number, $address);
  }
  return 0;
}
sub largest {
  my ($address) = @_;
  my $wanted = $given || interface($address);
  socket(my $raw, PF_INET, SOCK_RAW, 1) or die "no raw socket: $!\\n";
  setsockopt($raw, 0, 10, pack("i", 3)) or die "packets cannot be kept whole: $!\\n";
  return ($wanted, $wanted) if passes($raw, $address, $wanted);
  my ($good, $bad) = (0, $wanted);
  for my $size (576, 68) { if ($size < $bad && passes($raw, $address, $size)) { $good = $size; last } }
  return ($wanted, 0) unless $good;
  while ($bad - $good > 1) {
    my $size = int(($good + $bad) / 2);
    if (passes($raw, $address, $size)) { $good = $size } else { $bad = $size }
  }
  return ($wanted, $good);
}
my @children = map {
  my $address = $_;
  my $child = fork; die "no process: $!\\n" unless defined $child;
  if (!$child) { my ($wanted, $passed) = largest($address); syswrite(STDOUT, "$address $wanted $passed\\n"); exit 0 }
  $child;
} @addresses;
my $failed = 0;
for (@children) { waitpid($_, 0); $failed ||= $? }
exit($failed ? 1 : 0);
`;

/** A node of a peer. */
export interface PeerNode {
  readonly peer: string;
  readonly address: string;
}

/** The command that probes the paths to these nodes, from within an agent's container. */
export function pathProbe(nodes: readonly PeerNode[], wantedBytes: number | undefined): string[] {
  return ["perl", "-e", PROBE, String(wantedBytes ?? 0), ...nodes.map(({ address }) => address)];
}

/** What the probe wrote, as paths to the peers; a node that it says nothing of was not probed. */
export function readPaths(output: string, nodes: readonly PeerNode[]): PathSeen[] {
  const found = new Map(output.split("\n").map((line) => [line.split(" ")[0]!, line.split(" ").slice(1).map(Number)]));
  return nodes.flatMap(({ peer, address }) => {
    const [wantedBytes, passedBytes] = found.get(address) ?? [];
    if (wantedBytes === undefined || passedBytes === undefined) return [];
    return [{ peer, node: address, wantedBytes, passedBytes }];
  });
}
