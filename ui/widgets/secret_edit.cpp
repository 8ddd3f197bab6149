#include "ui/widgets/secret_edit.h"

#include "ui/style/theme.h"

#include <QAccessibleWidget>
#include <QClipboard>
#include <QGuiApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QPainter>

#include <cctype>

namespace runnel::ui {

namespace {

/// A field for a screen reader, which says that something is typed there and never what.
class SpokenSecret : public QAccessibleWidget {
public:
    explicit SpokenSecret(QWidget* edit) : QAccessibleWidget(edit, QAccessible::EditableText) {}
    QAccessible::State state() const override {
        auto out = QAccessibleWidget::state();
        out.editable = true;
        out.passwordEdit = true;
        return out;
    }
};

QAccessibleInterface* speak(const QString&, QObject* object) {
    auto* const edit = qobject_cast<SecretEdit*>(object);
    return edit == nullptr ? nullptr : new SpokenSecret(edit);
}

}  // namespace

void wipe(QString& text) {
    // Only what nobody else holds is really overwritten here; fill() would detach a shared one.
    if (!text.isEmpty())
        runnel::wipe(text.data(), static_cast<std::size_t>(text.size()) * sizeof(QChar));
    text.clear();
}

SecretEdit::SecretEdit(Kind kind, const QString& name, const char* object_name, QWidget* parent)
    : QWidget(parent), m_kind(kind), m_shown(kind == Kind::word) {
    static const bool spoken = (QAccessible::installFactory(speak), true);
    static_cast<void>(spoken);
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(name);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_InputMethodEnabled);
    setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText |
                        Qt::ImhNoAutoUppercase);
    setCursor(Qt::IBeamCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

SecretEdit::~SecretEdit() { runnel::wipe(m_buffer.data(), m_buffer.size()); }

SecretBytes SecretEdit::bytes() const {
    return SecretBytes(ByteView(reinterpret_cast<const std::uint8_t*>(m_buffer.data()), m_length));
}

void SecretEdit::wipe() {
    runnel::wipe(m_buffer.data(), m_buffer.size());
    m_length = 0;
    m_wrong = m_chosen = false;
    update();
}

void SecretEdit::choose(bool all) {
    m_chosen = all && m_length > 0;
    update();
}

void SecretEdit::erase() {
    if (m_length == 0) return;
    wipe();
    emit edited();
}

void SecretEdit::replaceBy(std::string_view word) {
    wipe();
    m_length = std::min(word.size(), capacity);
    std::copy_n(word.data(), m_length, m_buffer.data());
    update();
}

bool SecretEdit::startsLike(std::string_view word) const {
    return word.substr(0, m_length) == std::string_view(m_buffer.data(), m_length);
}

void SecretEdit::setShown(bool shown) {
    m_shown = shown;
    update();
}

void SecretEdit::setWrong(bool wrong) {
    m_wrong = wrong;
    setAccessibleDescription(wrong ? tr("Not accepted") : QString());
    update();
}

QSize SecretEdit::sizeHint() const {
    const auto& theme = Theme::current();
    return {theme.px(m_kind == Kind::word ? 128 : 280), theme.px(22) + 18};
}

QSize SecretEdit::minimumSizeHint() const { return {Theme::current().px(96), sizeHint().height()}; }

QVariant SecretEdit::inputMethodQuery(Qt::InputMethodQuery query) const {
    if (query == Qt::ImEnabled) return true;
    if (query == Qt::ImHints) return static_cast<int>(inputMethodHints());
    if (query == Qt::ImCursorRectangle) return QRect(width() / 2, 0, 1, height());
    return QWidget::inputMethodQuery(query);
}

int SecretEdit::characters() const {
    int count = 0;
    for (std::size_t i = 0; i < m_length; ++i) count += (m_buffer[i] & 0xc0) != 0x80 ? 1 : 0;
    return count;
}

void SecretEdit::insert(const QString& text) {
    bool changed = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        char utf8[4];
        std::size_t size = 0;
        char32_t code = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size())
            code = QChar::surrogateToUcs4(text[i], text[i + 1]), ++i;
        if (code < 0x20 || code == 0x7f) continue;
        if (m_kind == Kind::word) {
            if (code == ' ') {
                if (changed) emit edited();
                emit finished();
                return;
            }
            if (code > 0x7f || std::isalpha(static_cast<int>(code)) == 0) continue;
            code = static_cast<char32_t>(std::tolower(static_cast<int>(code)));
        }
        if (code < 0x80) {
            utf8[size++] = static_cast<char>(code);
        } else if (code < 0x800) {
            utf8[size++] = static_cast<char>(0xc0 | code >> 6);
            utf8[size++] = static_cast<char>(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            utf8[size++] = static_cast<char>(0xe0 | code >> 12);
            utf8[size++] = static_cast<char>(0x80 | (code >> 6 & 0x3f));
            utf8[size++] = static_cast<char>(0x80 | (code & 0x3f));
        } else {
            utf8[size++] = static_cast<char>(0xf0 | code >> 18);
            utf8[size++] = static_cast<char>(0x80 | (code >> 12 & 0x3f));
            utf8[size++] = static_cast<char>(0x80 | (code >> 6 & 0x3f));
            utf8[size++] = static_cast<char>(0x80 | (code & 0x3f));
        }
        if (m_chosen) wipe();
        if (m_length + size > capacity) break;
        std::copy_n(utf8, size, m_buffer.data() + m_length);
        m_length += size;
        changed = true;
    }
    if (!changed) return;
    m_wrong = false;
    update();
    emit edited();
}

void SecretEdit::paste() {
    if (m_kind == Kind::word) return;
    QString text = QGuiApplication::clipboard()->text();
    insert(text);
    runnel::ui::wipe(text);
}

void SecretEdit::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        emit finished();
        return;
    }
    if (event->matches(QKeySequence::Paste)) return paste();
    if (event->matches(QKeySequence::SelectAll)) return choose(true);
    const bool all = event->matches(QKeySequence::DeleteStartOfWord) ||
                     event->matches(QKeySequence::DeleteCompleteLine);
    const bool one = event->key() == Qt::Key_Backspace || event->key() == Qt::Key_Delete;
    if (all || (one && m_chosen)) return erase();
    if (one) {
        if (m_length == 0) return;
        do {
            --m_length;
        } while (m_length > 0 && (m_buffer[m_length] & 0xc0) == 0x80);
        runnel::wipe(m_buffer.data() + m_length, m_buffer.size() - m_length);
        m_wrong = false;
        update();
        emit edited();
        return;
    }
    const bool command = event->modifiers().testFlag(Qt::ControlModifier) &&
                         !event->modifiers().testFlag(Qt::AltModifier);
    if (command || event->text().isEmpty() || !event->text().front().isPrint()) {
        QWidget::keyPressEvent(event);
        return;
    }
    insert(event->text());
}

void SecretEdit::inputMethodEvent(QInputMethodEvent* event) {
    insert(event->commitString());
    event->accept();
}

void SecretEdit::mousePressEvent(QMouseEvent*) {
    setFocus(Qt::MouseFocusReason);
    choose(false);
}

void SecretEdit::mouseDoubleClickEvent(QMouseEvent*) { choose(true); }

void SecretEdit::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}
void SecretEdit::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    choose(false);
}

void SecretEdit::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    const auto& c = theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool thick = hasFocus() || m_wrong;
    painter.setPen(QPen(m_wrong ? c.bad : hasFocus() ? c.accent : c.edge, thick ? 2 : 1));
    painter.setBrush(isEnabled() ? c.surface : c.sunken);
    const qreal inset = thick ? 1 : 0.5;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), controlRadius,
                            controlRadius);

    const int indent = space::medium;
    int end = indent;
    // The whole field: how far the text reaches would tell how long it is even where it is not
    // shown.
    if (m_chosen)
        painter.fillRect(rect().adjusted(space::small, space::small, -space::small, -space::small),
                         c.accent);
    const QColor ink = m_chosen ? c.onAccent : c.text;
    painter.setPen(ink);
    painter.setFont(theme.font(Type::body));
    const bool mirrored = layoutDirection() == Qt::RightToLeft && !m_shown;
    if (m_shown) {
        QString text = QString::fromUtf8(m_buffer.data(), static_cast<qsizetype>(m_length));
        const QFontMetrics metrics(painter.font());
        const int room = width() - 2 * indent;
        const int wide = metrics.horizontalAdvance(text);
        const int shift = qMax(0, wide - room);
        painter.setClipRect(QRect(indent, 0, room + 2, height()));
        painter.drawText(QRect(indent - shift, 0, wide + 2, height()),
                         Qt::AlignVCenter | Qt::AlignLeft, text);
        painter.setClipping(false);
        end = indent + qMin(wide, room);
        runnel::ui::wipe(text);
    } else {
        const int dot = theme.px(7), step = theme.px(12);
        const int fit = qMax(1, (width() - 2 * indent) / step - 1);
        const int count = qMin(characters(), fit);
        painter.setBrush(ink);
        painter.setPen(Qt::NoPen);
        for (int i = 0; i < count; ++i) {
            const int x = mirrored ? width() - indent - i * step - dot : indent + i * step;
            painter.drawEllipse(QRect(x, (height() - dot) / 2, dot, dot));
        }
        end = mirrored ? width() - indent - count * step : indent + count * step;
    }
    if (hasFocus() && !m_chosen)
        painter.fillRect(QRect(end + 1, height() / 4, 1, height() / 2), c.text);
}

}  // namespace runnel::ui
