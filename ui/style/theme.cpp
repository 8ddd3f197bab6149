#include "ui/style/theme.h"

#include "ui/style/sheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>
#include <QStyleHints>

#include <algorithm>
#include <cmath>

namespace runnel::ui {

namespace {

Palette lightColors() {
    Palette p;
    p.window = 0xf5f7f6;
    p.surface = 0xffffff;
    p.sunken = 0xecf0ee;
    p.line = 0xdde3e0;
    p.edge = 0x82908b;
    p.text = 0x15201d;
    p.muted = 0x53615c;
    p.accent = 0x0a6a61;
    p.accentHover = 0x08564f;
    p.onAccent = 0xffffff;
    p.accentSoft = 0xdff0ec;
    p.good = 0x1a6f41;
    p.goodSoft = 0xe1f2e8;
    p.warn = 0x7d5200;
    p.warnSoft = 0xfbf0d9;
    p.bad = 0xaf2a20;
    p.badSoft = 0xfbe8e5;
    p.onBad = 0xffffff;
    p.theirs = 0xb3c1bc;
    return p;
}

Palette darkColors() {
    Palette p;
    p.window = 0x101514;
    p.surface = 0x1a211f;
    p.sunken = 0x0b0f0e;
    p.line = 0x2b3532;
    p.edge = 0x74837e;
    p.text = 0xe7eeeb;
    p.muted = 0xa0aeaa;
    p.accent = 0x63cbbb;
    p.accentHover = 0x82d8cb;
    p.onAccent = 0x05211d;
    p.accentSoft = 0x17332e;
    p.good = 0x74d19a;
    p.goodSoft = 0x15301f;
    p.warn = 0xe6b862;
    p.warnSoft = 0x35290f;
    p.bad = 0xf38f85;
    p.badSoft = 0x3a1b18;
    p.onBad = 0x2a0805;
    p.theirs = 0x54625d;
    return p;
}

struct Face {
    int size;
    int line;
    QFont::Weight weight;
};

Face faceOf(Type type) {
    switch (type) {
        case Type::display: return {40, 48, QFont::DemiBold};
        case Type::heading: return {26, 34, QFont::DemiBold};
        case Type::title: return {18, 26, QFont::DemiBold};
        case Type::lead: return {16, 24, QFont::Normal};
        case Type::body: return {14, 20, QFont::Normal};
        case Type::caption: return {12, 16, QFont::Normal};
    }
    return {14, 20, QFont::Normal};
}

/// The first of these that is installed; the system's own font otherwise.
QString firstInstalled(const QStringList& families) {
    const auto installed = QFontDatabase::families();
    for (const auto& family : families) {
        if (installed.contains(family)) return family;
    }
    return QApplication::font().family();
}

double luminance(const QColor& color) {
    const auto channel = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(color.redF()) + 0.7152 * channel(color.greenF()) +
           0.0722 * channel(color.blueF());
}

/// Qt 6.4 does not tell the system's scheme; the platform's own palette does.
bool systemIsDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightnessF() <
           palette.color(QPalette::WindowText).lightnessF();
}

}  // namespace

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
    return one > other ? one / other : other / one;
}

Theme& Theme::current() {
    static Theme theme;
    return theme;
}

Theme::Theme() : m_colors(lightColors()) {}

void Theme::setScheme(Scheme scheme) { m_scheme = scheme; }
void Theme::setTextScale(double scale) { m_scale = std::clamp(scale, 1.0, 2.0); }

int Theme::px(int length) const { return static_cast<int>(std::lround(length * m_scale)); }
int Theme::lineHeight(Type type) const { return px(faceOf(type).line); }

QFont Theme::font(Type type) const {
    const auto face = faceOf(type);
    QFont font(type == Type::display || type == Type::heading ? m_display_family : m_family);
    font.setPixelSize(px(face.size));
    font.setWeight(face.weight);
    return font;
}

QColor Theme::color(Ink ink) const {
    switch (ink) {
        case Ink::text: return m_colors.text;
        case Ink::muted: return m_colors.muted;
        case Ink::accent: return m_colors.accent;
        case Ink::onAccent: return m_colors.onAccent;
        case Ink::good: return m_colors.good;
        case Ink::warn: return m_colors.warn;
        case Ink::bad: return m_colors.bad;
        case Ink::onBad: return m_colors.onBad;
    }
    return m_colors.text;
}

void Theme::apply() {
    if (m_family.isEmpty()) {
        m_family = firstInstalled(
            {QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")});
        m_display_family = firstInstalled({QStringLiteral("Inter Display"), m_family});
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    }
    static const bool system_dark = systemIsDark(QApplication::palette());
    m_dark = m_scheme == Scheme::dark || (m_scheme == Scheme::system && system_dark);
    m_colors = m_dark ? darkColors() : lightColors();

    QPalette palette;
    palette.setColor(QPalette::Window, m_colors.window);
    palette.setColor(QPalette::WindowText, m_colors.text);
    palette.setColor(QPalette::Base, m_colors.surface);
    palette.setColor(QPalette::AlternateBase, m_colors.sunken);
    palette.setColor(QPalette::Text, m_colors.text);
    palette.setColor(QPalette::PlaceholderText, m_colors.muted);
    palette.setColor(QPalette::Button, m_colors.surface);
    palette.setColor(QPalette::ButtonText, m_colors.text);
    palette.setColor(QPalette::ToolTipBase, m_colors.text);
    palette.setColor(QPalette::ToolTipText, m_colors.surface);
    palette.setColor(QPalette::Highlight, m_colors.accent);
    palette.setColor(QPalette::HighlightedText, m_colors.onAccent);
    palette.setColor(QPalette::Link, m_colors.accent);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, m_colors.muted);
    }
    QApplication::setPalette(palette);
    QApplication::setFont(font(Type::body));
    qApp->setStyleSheet(styleSheet(*this));
    emit changed();
}

}  // namespace runnel::ui
