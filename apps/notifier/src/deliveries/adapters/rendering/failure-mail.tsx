import {
  Body,
  Button,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Link,
  Section,
  Text,
} from '@react-email/components';
import type { MailView } from '../../domain/mail-view.js';

const FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** Contrast of each pair is at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
const styles = {
  body: { backgroundColor: '#f4f5f7', color: '#1f2328', fontFamily: FONT, margin: 0, padding: '24px 0' },
  card: { backgroundColor: '#ffffff', maxWidth: '600px', padding: '24px 32px', borderRadius: '8px' },
  headline: { fontSize: '20px', lineHeight: '28px', margin: '0 0 16px' },
  title: { fontSize: '14px', lineHeight: '20px', fontWeight: 600, margin: '16px 0 4px' },
  text: { fontSize: '14px', lineHeight: '22px', margin: '0 0 8px', overflowWrap: 'anywhere' },
  button: {
    backgroundColor: '#0b5fce',
    color: '#ffffff',
    borderRadius: '6px',
    fontSize: '14px',
    fontWeight: 600,
    padding: '10px 18px',
  },
  list: {
    fontSize: '14px',
    lineHeight: '22px',
    margin: '0 0 8px',
    paddingLeft: '20px',
    overflowWrap: 'anywhere',
  },
  rule: { borderColor: '#d0d7de', margin: '20px 0' },
  link: { color: '#0b5fce', textDecoration: 'underline' },
  small: { color: '#57606a', fontSize: '12px', lineHeight: '18px', margin: 0 },
} as const;

const DARK = `@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #0d1117 !important; }
  .card { background-color: #161b22 !important; color: #e6edf3 !important; }
  .small, .small a { color: #9da7b3 !important; }
}`;

/** Nothing in it is fetched when it is opened: no images, no fonts, no tracking. React escapes every text. */
export function FailureMail({ view }: { readonly view: MailView }) {
  return (
    <Html lang="en" dir="ltr">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{view.headline}</title>
        <style>{DARK}</style>
      </Head>
      <Body className="page" style={styles.body}>
        <Container className="card" style={styles.card}>
          <Heading as="h1" style={styles.headline}>
            {view.headline}
          </Heading>
          <Heading as="h2" style={styles.title}>
            What happened
          </Heading>
          <Text style={styles.text}>{view.happened}</Text>
          <Heading as="h2" style={styles.title}>
            What to do
          </Heading>
          <Text style={styles.text}>{view.remedy}</Text>
          {view.consoleUrl === null ? null : (
            <Section style={{ margin: '12px 0' }}>
              <Button href={view.consoleUrl} style={styles.button}>
                Open in the console
              </Button>
            </Section>
          )}
          <Names view={view} />
          <Hr style={styles.rule} />
          <Facts view={view} />
          <Hr style={styles.rule} />
          <Text className="small" style={styles.small}>
            {view.footer}{' '}
            {view.notificationsUrl === null ? null : (
              <Link href={view.notificationsUrl} style={styles.link}>
                notification settings
              </Link>
            )}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

function Names({ view }: { readonly view: MailView }) {
  return (
    <>
      <Heading as="h2" style={styles.title}>
        {view.namesTitle}
      </Heading>
      <ul style={styles.list}>
        {view.names.map((name, index) => (
          <li key={index}>{name}</li>
        ))}
      </ul>
      {view.more === null ? null : <Text style={styles.text}>{view.more}</Text>}
    </>
  );
}

function Facts({ view }: { readonly view: MailView }) {
  return (
    <>
      {view.facts.map(({ label, value }) => (
        <Text key={label} style={styles.text}>
          <strong>{label}:</strong> {value}
        </Text>
      ))}
    </>
  );
}
