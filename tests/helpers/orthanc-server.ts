import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianPackages, dicomDictionary } from './debian-packages.ts';
import { startLocalProgram } from './local-program.ts';
import { type RunningServer, runningServer } from './running-server.ts';

/** A PACS of its own, empty. */
export interface OrthancServer extends RunningServer {
  /** Root of its own REST interface. */
  readonly url: string;
  /** Root of DICOMweb: `<dicomWebUrl>/studies`. */
  readonly dicomWebUrl: string;
  /** Without it, it answers 401. */
  readonly headers: Readonly<Record<string, string>>;
}

const user = 'test';

/**
 * Orthanc with its DICOMweb plug-in on a free loopback port, from Debian's packages. Whoever talks to it must name a user and password. `servers`: roots of
 * DICOMweb servers that it can send to, by name.
 */
export async function startOrthanc(servers: Readonly<Record<string, string>> = {}): Promise<OrthancServer> {
  const { root, environment } = await debianPackages('orthanc', ['orthanc', 'orthanc-dicomweb']);
  const password = randomBytes(12).toString('hex');
  const { pid, ports, stop } = await startLocalProgram({
    name: 'orthanc',
    command: join(root, 'usr/sbin/Orthanc'),
    environment: { ...environment, ...(await dicomDictionary(root)) },
    portCount: 1,
    arguments: async (directory, [httpPort]) => {
      const file = join(directory, 'orthanc.json');
      await writeFile(
        file,
        JSON.stringify(configuration({ directory, httpPort: httpPort!, password, root, servers })),
      );
      return [file];
    },
    readyLine: /Orthanc has started/,
  });
  const url = `http://127.0.0.1:${ports[0]}`;
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return runningServer({
    url,
    dicomWebUrl: `${url}/dicom-web`,
    headers: { authorization: `Basic ${credentials}` },
    pid,
    stop,
  });
}

function configuration({
  directory,
  httpPort,
  password,
  root,
  servers,
}: {
  directory: string;
  httpPort: number;
  password: string;
  root: string;
  servers: Readonly<Record<string, string>>;
}) {
  const remotes = Object.entries(servers).map(([name, Url]) => [name, { Url }] as const);
  return {
    Name: 'hepastage tests',
    StorageDirectory: join(directory, 'storage'),
    IndexDirectory: join(directory, 'index'),
    HttpPort: httpPort,
    DicomServerEnabled: false,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: true,
    RegisteredUsers: { [user]: password },
    Plugins: [join(root, 'usr/share/orthanc/plugins/libOrthancDicomWeb.so')],
    DicomWeb: {
      Enable: true,
      Root: '/dicom-web/',
      EnableWado: false,
      Servers: Object.fromEntries(remotes),
    },
    Locale: 'C',
  };
}
